/* SPDX-License-Identifier: Apache-2.0 */
/* What the last comparison of copies found, in check, page and metrics. */
#include "tests/unit/status_scene.h"

/* --- what compare --record found --- */

static Status compared_status(Pool *pool, ComparisonVerdict verdict, size_t n_older)
{
	CompareRecord record = {.suffix = "dc=example,dc=com",
				.peer_id = 2,
				.compared_sec = NOW - 7300,
				.verdict = verdict};
	Status status = an_example();

	record.counts[DIFFERENCE_OLDER_THERE] = n_older;
	status.conditions.n_items = 0;
	POOL_PUSH(pool, status.compared.items, status.compared.n_items, record);
	return status;
}

static void entries_that_differed_are_a_warning_with_their_number(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status different = compared_status(pool, COMPARISON_DIFFERENT, 3);
	const Status unknown = compared_status(pool, COMPARISON_NOT_KNOWN, 0);
	Status alone = different;
	CheckResult result;

	(void)state;
	alone.n_databases = 0;
	result = check(pool, &alone);
	assert_int_equal(result.level, CHECK_WARNING);
	assert_non_null(strstr(result.line, "dc=example,dc=com: 3 entries differ from peer 2 when "
					    "they were compared 2 h 1 min ago; see syncward "
					    "compare"));
	assert_non_null(strstr(result.line, " differences=3;;;0"));
	assert_null(strstr(check(pool, &unknown).line, "differ from"));
	assert_non_null(strstr(check(pool, &unknown).line, " differences=0;;;0"));
}

/* A record of a peer of which nothing else is told. */
static Status recorded(Pool *pool, ComparisonVerdict verdict, int64_t age_sec)
{
	static StatusPeer peer = {.id = 2, .uri = "ldap://two"};
	static StatusDatabase database = {
		.suffix = "dc=example,dc=com", .peers = &peer, .n_peers = 1};
	Status status = compared_status(pool, verdict, 0);

	status.databases = &database;
	status.n_databases = 1;
	status.compared.items[0].compared_sec = NOW - age_sec;
	return status;
}

static void what_was_not_compared_or_long_ago_is_a_warning_and_no_number(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status away = recorded(pool, COMPARISON_NOT_COMPARABLE, 60);
	const Status fresh = recorded(pool, COMPARISON_EQUAL, 20 * 86400);
	const Status old = recorded(pool, COMPARISON_EQUAL, 22 * 86400);
	Status gone = old;

	(void)state;
	assert_non_null(strstr(check(pool, &away).line, " failed 60 s ago"));
	assert_null(strstr(check(pool, &away).line, "differences="));
	assert_null(strstr(status_metrics(pool, &away), "compare_differences{"));
	assert_null(strstr(check(pool, &fresh).line, "compared with"));
	assert_non_null(strstr(check(pool, &fresh).line, " differences=0;;;0"));
	assert_non_null(strstr(check(pool, &old).line, " was last compared with 22"));
	gone.compared.items[0].peer_id = 99;
	assert_null(strstr(check(pool, &gone).line, "compared with"));
}

static void what_was_compared_is_in_document_page_and_metrics(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = compared_status(pool, COMPARISON_DIFFERENT, 3);
	const StatusLife life = {CLAIM_YES, NOW, 0};
	const char *text = status_print(pool, &status),
		   *page = status_text(pool, &status, &life, false);
	const char *metrics = status_metrics(pool, &status);
	Status again;

	(void)state;
	assert_int_equal(status_parse(pool, "f", text, strlen(text), &again, NULL), 0);
	assert_string_equal(status_print(pool, &again), text);
	assert_int_equal(again.compared.items[0].verdict, COMPARISON_DIFFERENT);
	assert_int_equal(again.compared.items[0].counts[DIFFERENCE_OLDER_THERE], 3);
	assert_non_null(strstr(page, "  compared with 2 2 h 1 min ago: different, 3 differences"));
	assert_int_equal(count_lines(metrics,
				     "syncward_compare_differences{suffix=\"dc=example,dc=com\","
				     "peer=\"2\",kind=\"older-there\"} 3\n"),
			 1);
	assert_int_equal(count_lines(metrics,
				     "syncward_compare_result{suffix=\"dc=example,dc=com\","
				     "peer=\"2\",verdict=\"different\"} 1\n"),
			 1);
}

/* slapd may leave deleted entries behind when a link is made anew. */
static void what_was_equal_before_a_link_was_made_anew_is_not_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const StatusLife life = {CLAIM_YES, NOW, 0};
	Status status = recorded(pool, COMPARISON_EQUAL, 100);
	StatusPeer *peer = status.databases[0].peers;
	const StatusPeer before = *peer;

	(void)state;
	peer->last_connect_sec = peer->since_sec = NOW - 100;
	assert_null(strstr(status_text(pool, &status, &life, false), "made anew"));
	peer->last_connect_sec = NOW - 99;
	assert_non_null(strstr(status_text(pool, &status, &life, false),
			       ": equal; the link to peer 2 was made anew since"));
	peer->reads_at_intervals = true;
	assert_null(strstr(status_text(pool, &status, &life, false), "made anew"));
	*peer = before;
	peer->last_connect_sec = -1;
	peer->since_sec = NOW - 99;
	assert_non_null(
		strstr(status_text(pool, &status, &life, false), "may have been made anew"));
	status.compared.items[0].verdict = COMPARISON_NOT_KNOWN;
	assert_null(strstr(status_text(pool, &status, &life, false), "made anew"));
	*peer = before;
}

static void a_verdict_of_a_later_release_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(comparison_verdict_named("splendid"), COMPARISON_NOT_KNOWN);
	assert_int_equal(comparison_verdict_named(NULL), COMPARISON_NOT_KNOWN);
	assert_int_equal(comparison_verdict_named("equal"), COMPARISON_EQUAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_that_differed_are_a_warning_with_their_number),
		cmocka_unit_test(what_was_not_compared_or_long_ago_is_a_warning_and_no_number),
		cmocka_unit_test(what_was_compared_is_in_document_page_and_metrics),
		cmocka_unit_test(what_was_equal_before_a_link_was_made_anew_is_not_known),
		cmocka_unit_test(a_verdict_of_a_later_release_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
