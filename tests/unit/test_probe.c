/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/probe/probe_read.h"
#include "common/probe/schema_digest.h"
#include "common/remedies/remedies.h"

#define SUFFIX "dc=example,dc=com"
#define NOW    INT64_C(1795342500)
#define DAY    (24 * 60 * 60)

static Probe probe_of(unsigned peer_id)
{
	return (Probe){.uri = "ldap://a", .suffix = SUFFIX, .peer_id = peer_id};
}

/* A probe that reached everything. */
static Probe good_probe(unsigned peer_id)
{
	Probe probe = probe_of(peer_id);

	probe.steps[PROBE_SUFFIX] = probe.steps[PROBE_SERVER_ID] = PROBE_GOOD;
	probe.has_suffix = true;
	probe.server_id = (int)peer_id;
	return probe;
}

static void judge(Pool *pool, Probe *probe, unsigned our_id)
{
	const ProbeExpectation expectation = {.our_id = our_id, .now_sec = NOW};

	probe_judge(pool, probe, &expectation);
}

static void the_worst_fault_decides_and_a_refusal_is_worse_than_not_tested(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe probe = good_probe(2);

	(void)state;
	assert_int_equal(probe_verdict(&probe), PROBE_IS_GOOD);
	probe_add_fault(pool, &probe, PROBE_LIMITED, "x");
	assert_int_equal(probe_verdict(&probe), PROBE_IS_GOOD);
	probe_add_fault(pool, &probe, PROBE_SILENT, "x");
	assert_int_equal(probe_verdict(&probe), PROBE_NOT_TESTED);
	probe_add_fault(pool, &probe, PROBE_BIND_REFUSED, "x");
	assert_int_equal(probe_verdict(&probe), PROBE_IS_REFUSED);
}

static void a_probe_that_did_not_get_to_the_suffix_is_not_good(void **state)
{
	const Probe probe = probe_of(2);

	(void)state;
	assert_int_equal(probe_verdict(&probe), PROBE_NOT_TESTED);
}

static void what_is_beyond_us_is_neither_good_nor_untested(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe probe = probe_of(2);

	(void)state;
	probe_add_fault(pool, &probe, PROBE_NOT_SPOKEN, "x");
	assert_int_equal(probe_verdict(&probe), PROBE_BEYOND_US);
	probe_add_fault(pool, &probe, PROBE_CONNECTION_LOST, "x");
	assert_int_equal(probe_verdict(&probe), PROBE_NOT_TESTED);
}

static void every_code_has_a_name_of_its_own_and_a_remedy(void **state)
{
	(void)state;
	for (ProbeCode code = 0; code < PROBE_CODE_COUNT; code++) {
		assert_non_null(probe_code_name(code));
		assert_true(strlen(probe_code_remedy(code)) > 5);
		/* What a row without one would say. */
		assert_string_not_equal(probe_code_remedy(code), remedy_text(REMEDY_APPLY));
		for (ProbeCode other = 0; other < code; other++)
			assert_string_not_equal(probe_code_name(code), probe_code_name(other));
	}
}

static void a_server_id_is_compared_with_ours_and_with_the_peers(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe right = good_probe(2), ours = good_probe(2), other = good_probe(2);

	(void)state;
	judge(pool, &right, 1);
	assert_int_equal(right.n_faults, 0);
	judge(pool, &ours, 2);
	assert_true(probe_has_fault(&ours, PROBE_SAME_SERVER_ID));
	other.server_id = 3;
	judge(pool, &other, 1);
	assert_true(probe_has_fault(&other, PROBE_OTHER_SERVER_ID));
	assert_int_equal(other.steps[PROBE_SERVER_ID], PROBE_BAD);
}

static void two_peers_with_one_server_id_are_both_told_unless_databases_differ(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe probes[] = {good_probe(2), good_probe(3), good_probe(4)};

	(void)state;
	probes[1].server_id = 2;
	probes[2].server_id = 2;
	probes[2].suffix = "dc=other";
	probe_judge_together(pool, probes, 3);
	assert_true(probe_has_fault(&probes[0], PROBE_SAME_SERVER_ID));
	assert_true(probe_has_fault(&probes[1], PROBE_SAME_SERVER_ID));
	assert_int_equal(probes[2].n_faults, 0);
}

static void a_minute_of_difference_between_clocks_is_tolerated(void **state)
{
	const long ahead_sec[] = {60, -60, 61, -61};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ahead_sec); i++) {
		Probe probe = good_probe(2);

		probe.has_clock = true;
		probe.clock_ahead_sec = ahead_sec[i];
		judge(pool, &probe, 1);
		assert_int_equal(probe_has_fault(&probe, PROBE_CLOCK_DIFFERS), i >= 2);
	}
}

static void a_certificate_is_told_three_weeks_before_its_end(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe later = good_probe(2), soon = good_probe(2);

	(void)state;
	later.certificate_end_sec = NOW + 21 * DAY;
	judge(pool, &later, 1);
	assert_int_equal(later.n_faults, 0);
	soon.certificate_end_sec = NOW + 21 * DAY - 1;
	judge(pool, &soon, 1);
	assert_true(probe_has_fault(&soon, PROBE_CERTIFICATE_ENDS));
	assert_int_equal(probe_verdict(&soon), PROBE_IS_GOOD);
}

static void a_peer_that_declined_tls_is_told_and_one_where_it_broke_off_is_not(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe declined = good_probe(2), broke_off = probe_of(2);

	(void)state;
	declined.steps[PROBE_TLS] = broke_off.steps[PROBE_TLS] = PROBE_UNKNOWN;
	declined.steps[PROBE_BIND] = PROBE_GOOD;
	judge(pool, &declined, 1);
	judge(pool, &broke_off, 1);
	assert_true(probe_has_fault(&declined, PROBE_TLS_DECLINED));
	assert_int_equal(probe_verdict(&declined), PROBE_IS_GOOD);
	assert_int_equal(broke_off.n_faults, 0);
}

static void the_time_between_question_and_answer_is_no_difference_of_clocks(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe probe = good_probe(2);
	Tree tree = {0};
	const ProbeAnswer answer = {.text = "", .entries = &tree};
	Entry *entry = tree_add_entry(pool, &tree, "cn=Current");

	(void)state;
	entry_add_value(pool, entry, "monitorTimestamp", "20261122101500Z", 15); /* NOW */
	probe_take_clock(&probe, &answer, NOW - 2, NOW + 1);
	assert_int_equal(probe.clock_ahead_sec, 0);
	probe_take_clock(&probe, &answer, NOW + 100, NOW + 105);
	assert_int_equal(probe.clock_ahead_sec, -100);
	probe_take_clock(&probe, &answer, NOW - 105, NOW - 100);
	assert_int_equal(probe.clock_ahead_sec, 100);
}

static void no_suffix_entry_is_an_empty_database_hidden_or_not_there(void **state)
{
	static const struct {
		const char *context;
		ProbeCode code;
	} cases[] = {
		{"DC=example, DC=com", PROBE_SUFFIX_HIDDEN},
		{"dc=else", PROBE_WRONG_SUFFIX},
		{NULL, PROBE_SUFFIX_HIDDEN},
	};
	const Tree none = {0};
	const ProbeAnswer no_such_object = {.code = 32, .text = "", .entries = &none};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Probe probe = probe_of(2);
		Tree root = {0};
		const ProbeAnswer answer = {.text = "", .entries = &root};
		Entry *entry = tree_add_entry(pool, &root, "");

		if (cases[i].context)
			entry_add_value(pool, entry, "namingContexts", cases[i].context,
					strlen(cases[i].context));
		probe_take_suffix(pool, &probe, &no_such_object);
		probe_take_contexts(pool, &probe, &answer);
		assert_int_equal(probe.n_faults, 1);
		assert_int_equal(probe.faults[0].code, cases[i].code);
		assert_int_equal(probe_content(&probe).state, CONTENT_READ);
		assert_false(probe_content(&probe).entry.exists);
	}
}

/* A relay that is shut: it says nothing of what it has, and refuses the link only for now. */
static void a_limit_that_refuses_every_search_tells_nothing(void **state)
{
	const Tree none = {0};
	const ProbeAnswer answer = {.code = 11, .text = "", .entries = &none};
	AUTO(Pool) *pool = pool_new();
	Probe probe = probe_of(2);

	(void)state;
	probe_take_suffix(pool, &probe, &answer);
	assert_true(probe_has_fault(&probe, PROBE_BUSY));
	assert_int_equal(probe_verdict(&probe), PROBE_NOT_TESTED);
	assert_int_equal(probe_content(&probe).state, CONTENT_UNREACHABLE);
}

static Tree sample(Pool *pool, size_t n_entries)
{
	Tree tree = {0};

	for (size_t i = 0; i < n_entries; i++)
		entry_add_attribute(pool, tree_add_entry(pool, &tree, "cn=x"), "entryCSN", NULL);
	return tree;
}

static void only_a_limit_before_our_own_is_the_peers(void **state)
{
	static const struct {
		size_t n_entries;
		int code;
		ProbeState limits;
	} cases[] = {
		{500, 4, PROBE_BAD}, {501, 4, PROBE_GOOD}, {3, 0, PROBE_GOOD},
		{0, 11, PROBE_BAD},  {10, 3, PROBE_BAD},   {0, 32, PROBE_UNKNOWN},
	};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const Tree tree = sample(pool, cases[i].n_entries);
		const ProbeAnswer answer = {.code = cases[i].code, .text = "", .entries = &tree};
		Probe probe = good_probe(2);

		probe_take_sample(pool, &probe, &answer, NULL);
		assert_int_equal(probe.steps[PROBE_LIMITS], cases[i].limits);
		assert_int_equal(probe_has_fault(&probe, PROBE_LIMITED),
				 cases[i].limits == PROBE_BAD);
	}
}

static void without_an_entry_that_must_have_a_password_nobody_knows(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Tree tree = sample(pool, 2);
	const ProbeAnswer answer = {.text = "", .entries = &tree};
	Probe probe = good_probe(2);

	(void)state;
	probe_take_sample(pool, &probe, &answer, NULL);
	assert_int_equal(probe.steps[PROBE_USER_PASSWORD], PROBE_UNKNOWN);
	assert_int_equal(probe.n_faults, 0);
}

/* `by self` shows it to every account. */
static void the_accounts_own_password_says_nothing_of_others(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0}, own = {0};
	const ProbeAnswer answer = {.text = "", .entries = &tree};
	const ProbeAnswer account = {.text = "", .entries = &own};
	Probe probe = good_probe(2);

	(void)state;
	entry_add_value(pool, tree_add_entry(pool, &own, "cn=repl,dc=x"), "userPassword", "", 0);
	entry_add_value(pool, tree_add_entry(pool, &tree, "CN=repl,DC=x"), "userPassword", "", 0);
	probe_take_sample(pool, &probe, &answer, &account);
	assert_int_equal(probe.steps[PROBE_USER_PASSWORD], PROBE_UNKNOWN);
	entry_add_value(pool, tree_add_entry(pool, &tree, "cn=p,dc=x"), "userPassword", "", 0);
	probe_take_sample(pool, &probe, &answer, &account);
	assert_int_equal(probe.steps[PROBE_USER_PASSWORD], PROBE_GOOD);
}

static void a_probe_survives_being_printed_and_parsed(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *csns[] = {"20261122101500.000000Z#000000#002#000000"};
	Probe probe = good_probe(2), back = probe_of(2);
	const char *text;
	Value value;

	(void)state;
	probe_add_fault(pool, &probe, PROBE_LIMITED, "%s",
			"a \"quote\", a\nline, \xff and \xc3\xbc");
	probe.context_csns = csns;
	probe.n_context_csns = 1;
	probe.entry_uuid = "u";
	probe.n_read = 500;
	probe.has_clock = true;
	probe.clock_ahead_sec = -7;
	probe.certificate_end_sec = NOW;
	probe.log_oldest_sec = NOW - 7;
	probe.log_is_in_order = true;
	probe.log_is_closed = true;
	probe.log_is_mute = true;
	probe.is_unbegun = true;
	probe.schema_digest = "d";
	probe.sight = COPY_HIDES;
	probe.hides = "userPassword of 1 of 3 entries";
	text = probe_print(pool, &probe);
	value = (Value){.bytes = text, .len = strlen(text)};
	assert_int_equal(probe_parse(pool, &value, NULL, &back, NULL), 0);
	assert_string_equal(probe_print(pool, &back), text);
	assert_string_equal(back.faults[0].text,
			    "ldap://a: a \"quote\", a line, ? and \xc3\xbc; `syncward apply` there "
			    "lifts it; where \"limits\" is false in this database of peers.json, "
			    "`syncward doctor` there has the line");
	assert_int_equal(back.clock_ahead_sec, -7);
	assert_int_equal(back.certificate_end_sec, NOW);
	assert_int_equal(back.log_oldest_sec, NOW - 7);
	assert_true(back.log_is_in_order);
	assert_true(back.log_is_closed);
	assert_true(back.log_is_mute);
	assert_true(back.is_unbegun);
	assert_string_equal(back.hides, probe.hides);
	assert_int_equal(back.sight, COPY_HIDES);
	assert_int_equal(probe_parse(pool, &value, &probe, &back, NULL), 0);
	assert_ptr_equal(back.context_csns, csns);
	assert_ptr_equal(back.schema_digest, probe.schema_digest);
	assert_string_equal(probe_print(pool, &back), text);
}

static void half_a_result_is_refused(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Probe probe = good_probe(2), back = probe_of(2);
	const char *text = probe_print(pool, &probe);
	const Value half = {text, strlen(text) / 2}, list = {"[]", 2};

	(void)state;
	assert_int_equal(probe_parse(pool, &half, NULL, &back, NULL), -1);
	assert_int_equal(probe_parse(pool, &list, NULL, &back, NULL), -1);
}

static const char *digest_of(Pool *pool, const char *const *types, size_t n_types)
{
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, "cn=Subschema");

	for (size_t i = 0; i < n_types; i++)
		entry_add_value(pool, entry, "attributeTypes", types[i], strlen(types[i]));
	return schema_digest(pool, entry);
}

/* As core.schema and cosine.schema of 2.4 and 2.5. */
static void what_schema_says_of_itself_does_not_count(void **state)
{
	const char *one[] = {"( 2.5.6.23 NAME 'deltaCRL' DESC 'RFC2587: PKI user' SUP top )"};
	const char *same[] = {
		"( 2.5.6.23 NAME 'deltaCRL' DESC  'RFC4523: X.509 delta CRL' SUP top )"};
	const char *bare[] = {"( 2.5.6.23 NAME 'deltaCRL' SUP top )"};
	const char *other[] = {"( 2.5.6.23 NAME 'deltaCRL' DESC 'RFC2587: PKI user' SUP person )"};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(digest_of(pool, one, 1), digest_of(pool, same, 1));
	assert_string_equal(digest_of(pool, one, 1), digest_of(pool, bare, 1));
	assert_string_not_equal(digest_of(pool, one, 1), digest_of(pool, other, 1));
}

static void schemas_are_the_same_by_meaning(void **state)
{
	const char *one[] = {"( 2.5.4.3 NAME 'cn' )", "( 2.5.4.4 NAME 'sn' )"};
	const char *same[] = {"( 2.5.4.4  NAME 'sn' )", "( 2.5.4.3 NAME 'cn' )",
			      "( 1.3.6.1.4.1.4203.1.12.2.3.0.1 NAME 'olcAccess' )",
			      "( 2.5.18.1 NAME 'createTimestamp' USAGE directoryOperation )"};
	const char *other[] = {"( 2.5.4.3 NAME 'cn' )", "( 2.5.4.4 NAME 'surname' )"};
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(digest_of(pool, one, 2), digest_of(pool, same, 4));
	assert_string_not_equal(digest_of(pool, one, 2), digest_of(pool, other, 2));
	assert_null(digest_of(pool, one, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_fault_decides_and_a_refusal_is_worse_than_not_tested),
		cmocka_unit_test(what_is_beyond_us_is_neither_good_nor_untested),
		cmocka_unit_test(a_probe_that_did_not_get_to_the_suffix_is_not_good),
		cmocka_unit_test(every_code_has_a_name_of_its_own_and_a_remedy),
		cmocka_unit_test(a_server_id_is_compared_with_ours_and_with_the_peers),
		cmocka_unit_test(
			two_peers_with_one_server_id_are_both_told_unless_databases_differ),
		cmocka_unit_test(a_minute_of_difference_between_clocks_is_tolerated),
		cmocka_unit_test(a_certificate_is_told_three_weeks_before_its_end),
		cmocka_unit_test(
			a_peer_that_declined_tls_is_told_and_one_where_it_broke_off_is_not),
		cmocka_unit_test(the_time_between_question_and_answer_is_no_difference_of_clocks),
		cmocka_unit_test(no_suffix_entry_is_an_empty_database_hidden_or_not_there),
		cmocka_unit_test(a_limit_that_refuses_every_search_tells_nothing),
		cmocka_unit_test(only_a_limit_before_our_own_is_the_peers),
		cmocka_unit_test(without_an_entry_that_must_have_a_password_nobody_knows),
		cmocka_unit_test(the_accounts_own_password_says_nothing_of_others),
		cmocka_unit_test(a_probe_survives_being_printed_and_parsed),
		cmocka_unit_test(half_a_result_is_refused),
		cmocka_unit_test(schemas_are_the_same_by_meaning),
		cmocka_unit_test(what_schema_says_of_itself_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
