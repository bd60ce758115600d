/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/link/password_gate.h"

#define DN    "cn=replicator,dc=example,dc=com"
#define LATER (PROBE_GATE_ANSWER_MSEC + 1)

static const ProbeBind binds[] = {
	{"ldap://a", DN, "secret", "file:1", false, false},
	{"ldap://b", "CN=replicator, dc=example,dc=com", "secret", "file:1", false, false},
	{"ldap://c", DN, "secret", "file:1", false, false},
	{"ldap://d", DN, "other", "file:2", false, false},
	{"ldap://e", "", NULL, NULL, false, false},
};
enum {
	A,
	B,
	C,
	OTHER,
	ANONYMOUS,
	N_BINDS
};

static ProbeGate *gate_with(Pool *pool, const ProbeRefusals *refusals)
{
	return probe_gate_new(pool, binds, N_BINDS, refusals);
}

static ProbeGrant ask(ProbeGate *gate, size_t i, int64_t now_msec)
{
	probe_gate_ask(gate, i, now_msec);
	return probe_gate_decide(gate, i, now_msec);
}

static void one_bind_goes_first_and_the_others_follow_when_it_was_taken(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_YES);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_WAIT);
	assert_int_equal(ask(gate, C, 0), PROBE_GRANT_WAIT);
	probe_gate_good(gate, A);
	assert_int_equal(probe_gate_decide(gate, B, 1), PROBE_GRANT_YES);
	assert_int_equal(probe_gate_decide(gate, C, 1), PROBE_GRANT_YES);
}

static void a_refused_password_is_sent_to_nobody_else(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	(void)ask(gate, A, 0);
	(void)ask(gate, B, 0);
	probe_gate_refused(gate, A);
	assert_int_equal(probe_gate_decide(gate, B, 0), PROBE_GRANT_NO);
	assert_int_equal(ask(gate, C, LATER), PROBE_GRANT_NO);
	assert_string_equal(probe_gate_closer(gate, C)->provider, "ldap://a");
}

static void another_password_and_no_password_do_not_wait(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	(void)ask(gate, A, 0);
	probe_gate_refused(gate, A);
	assert_int_equal(ask(gate, OTHER, 0), PROBE_GRANT_YES);
	assert_int_equal(ask(gate, ANONYMOUS, 0), PROBE_GRANT_YES);
}

static void a_later_one_waits_a_little_for_those_before_it(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_WAIT);
	assert_int_equal(probe_gate_decide(gate, B, PROBE_GATE_REACH_MSEC), PROBE_GRANT_YES);
	assert_int_equal(ask(gate, A, PROBE_GATE_REACH_MSEC), PROBE_GRANT_WAIT);
}

static void one_that_ended_is_not_waited_for(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	probe_gate_ended(gate, A);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_YES);
	assert_int_equal(ask(gate, C, 0), PROBE_GRANT_WAIT);
	probe_gate_ended(gate, B); /* no answer */
	assert_int_equal(probe_gate_decide(gate, C, 0), PROBE_GRANT_YES);
}

static void a_slow_answer_holds_up_the_others_for_a_while_only(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	(void)ask(gate, A, 0);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_WAIT);
	assert_int_equal(ask(gate, C, 0), PROBE_GRANT_WAIT);
	assert_int_equal(probe_gate_decide(gate, B, LATER), PROBE_GRANT_YES);
	assert_int_equal(probe_gate_decide(gate, C, LATER), PROBE_GRANT_WAIT);
	probe_gate_refused(gate, A);
	assert_int_equal(probe_gate_decide(gate, C, LATER), PROBE_GRANT_NO);
	probe_gate_good(gate, B);
	assert_non_null(probe_gate_closer(gate, A));
	assert_null(probe_gate_closer(gate, C));
}

static void a_remembered_refusal_holds_for_every_peer_with_that_password(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeBind refused = {"ldap://B:389/", DN, NULL, "file:1", false, false};
	const ProbeRefusals refusals = {&refused, 1};
	ProbeGate *gate = gate_with(pool, &refusals);

	(void)state;
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_NO);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_NO);
	assert_int_equal(ask(gate, OTHER, 0), PROBE_GRANT_YES);
	assert_int_equal(probe_gate_refusals(pool, gate).n_items, 1);
}

static void a_peer_that_may_lack_the_account_stops_no_other_and_is_asked_when_one_took_it(
	void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);
	ProbeRefusals refusals;

	(void)state;
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_YES);
	probe_gate_refused_alone(gate, A);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_YES);
	refusals = probe_gate_refusals(pool, gate);
	assert_true(refusals.n_items == 1 && refusals.items[0].is_alone);
	gate = gate_with(pool, &refusals);
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_NO);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_YES);
	gate = gate_with(pool, &refusals);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_WAIT);
	assert_int_equal(probe_gate_decide(gate, B, PROBE_GATE_REACH_MSEC), PROBE_GRANT_YES);
	probe_gate_good(gate, B);
	assert_int_equal(ask(gate, A, LATER), PROBE_GRANT_YES);
}

static void a_refusal_that_may_mean_the_account_becomes_one_of_the_password(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeBind alone = binds[A], sure = binds[A];
	const ProbeRefusals one = {&alone, 1}, other = {&sure, 1};
	ProbeRefusals joined;

	(void)state;
	alone.is_alone = true;
	assert_false(probe_refusals_equal(&one, &other));
	joined = probe_refusals_join(pool, &one, &other);
	assert_true(joined.n_items == 1 && !joined.items[0].is_alone);
	joined = probe_refusals_join(pool, &other, &one);
	assert_true(joined.n_items == 1 && !joined.items[0].is_alone);
	joined = probe_refusals_copy(pool, &one);
	assert_true(joined.items[0].is_alone);
}

static void what_one_peer_takes_another_may_refuse(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeBind refused = {"ldap://b", DN, NULL, "file:1", false, false};
	const ProbeRefusals refusals = {&refused, 1};
	ProbeBind proven[] = {binds[A], binds[B], binds[C]};
	ProbeGate *gate;

	(void)state;
	proven[C].is_proven = true;
	gate = probe_gate_new(pool, proven, 3, &refusals);
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_YES);
	probe_gate_refused(gate, A);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_NO);
	assert_ptr_equal(probe_gate_closer(gate, B), &refused);
	assert_int_equal(ask(gate, C, 0), PROBE_GRANT_YES);
	assert_int_equal(probe_gate_refusals(pool, gate).n_items, 2);
}

static void a_refusal_stops_nobody_once_another_peer_took_the_password(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);

	(void)state;
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_YES);
	probe_gate_good(gate, A);
	assert_int_equal(ask(gate, B, 0), PROBE_GRANT_YES);
	probe_gate_refused(gate, B);
	assert_int_equal(ask(gate, C, 0), PROBE_GRANT_YES);
}

static void another_password_file_or_peer_is_tried_again(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeBind changed[] = {
		{"ldap://b", DN, NULL, "file:0", false, false},
		{"ldap://gone", DN, NULL, "file:1", false, false},
		{"ldap://b", "cn=else,dc=example,dc=com", NULL, "file:1", false, false}};
	const ProbeRefusals refusals = {changed, 3};
	ProbeGate *gate = gate_with(pool, &refusals);

	(void)state;
	assert_int_equal(ask(gate, A, 0), PROBE_GRANT_YES);
	assert_int_equal(probe_gate_refusals(pool, gate).n_items, 3);
}

static void what_is_remembered_is_not_the_password(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeGate *gate = gate_with(pool, NULL);
	ProbeRefusals refusals;

	(void)state;
	(void)ask(gate, A, 0);
	probe_gate_refused(gate, A);
	refusals = probe_gate_refusals(pool, gate);
	assert_int_equal(refusals.n_items, 1);
	assert_null(refusals.items[0].password);
	assert_string_equal(refusals.items[0].secret, "file:1");
}

static void only_the_same_bind_was_refused(void **state)
{
	ProbeBind refused = {.provider = "ldapi:///", .binddn = "cn=r,dc=x", .secret = "file 1"};
	const ProbeRefusals refusals = {&refused, 1};
	ProbeBind bind = {.provider = "ldapi:///", .binddn = "CN=R, DC=X", .secret = "file 1"};

	(void)state;
	assert_true(probe_refusals_have(&refusals, &bind));
	bind.secret = "file 2";
	assert_false(probe_refusals_have(&refusals, &bind));
	bind.secret = NULL; /* nobody can tell which password that was */
	assert_false(probe_refusals_have(&refusals, &bind));
	bind.secret = "file 1";
	bind.provider = "ldap://other";
	assert_false(probe_refusals_have(&refusals, &bind));
}

static void of_very_many_refusals_the_oldest_are_forgotten(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ProbeRefusals many = {0}, kept;

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		POOL_PUSH(pool, many.items, many.n_items,
			  {.provider = "ldap://b",
			   .binddn = DN,
			   .secret = pool_printf(pool, "old:%u", i)});
	kept = probe_gate_refusals(pool, gate_with(pool, &many));
	assert_int_equal(kept.n_items, 256);
	assert_string_equal(kept.items[255].secret, "old:299");
	assert_false(probe_refusals_equal(&many, &kept));
	assert_true(probe_refusals_equal(&kept, &kept));
}

static void each_node_begins_behind_itself(void **state)
{
	const unsigned ids[] = {4, 1, 5, 2};
	size_t order[4];

	(void)state;
	probe_order(ids, 4, 3, order);
	assert_int_equal(ids[order[0]], 4);
	assert_int_equal(ids[order[1]], 5);
	assert_int_equal(ids[order[2]], 1);
	assert_int_equal(ids[order[3]], 2);
	probe_order(ids, 4, 5, order);
	assert_int_equal(ids[order[0]], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bind_goes_first_and_the_others_follow_when_it_was_taken),
		cmocka_unit_test(a_refused_password_is_sent_to_nobody_else),
		cmocka_unit_test(another_password_and_no_password_do_not_wait),
		cmocka_unit_test(a_later_one_waits_a_little_for_those_before_it),
		cmocka_unit_test(one_that_ended_is_not_waited_for),
		cmocka_unit_test(a_slow_answer_holds_up_the_others_for_a_while_only),
		cmocka_unit_test(a_remembered_refusal_holds_for_every_peer_with_that_password),
		cmocka_unit_test(
			a_peer_that_may_lack_the_account_stops_no_other_and_is_asked_when_one_took_it),
		cmocka_unit_test(a_refusal_that_may_mean_the_account_becomes_one_of_the_password),
		cmocka_unit_test(what_one_peer_takes_another_may_refuse),
		cmocka_unit_test(a_refusal_stops_nobody_once_another_peer_took_the_password),
		cmocka_unit_test(another_password_file_or_peer_is_tried_again),
		cmocka_unit_test(what_is_remembered_is_not_the_password),
		cmocka_unit_test(only_the_same_bind_was_refused),
		cmocka_unit_test(of_very_many_refusals_the_oldest_are_forgotten),
		cmocka_unit_test(each_node_begins_behind_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
