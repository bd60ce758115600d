/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/report/status_gate.h"

#define NOW 1782900000

/* A node on which all is well; tests break it. */
typedef struct Node {
	StatusPeer peer;
	CopyHealth copy;
	DatabaseHealth health;
	StatusDatabase database;
	Condition condition;
	Status status;
	StatusLife life;
	GateAsked asked;
} Node;

static Node *a_node(Pool *pool)
{
	Node *node = pool_alloc(pool, sizeof(*node));

	*node = (Node){
		.peer = {.id = 2,
			 .uri = "ldap://ldap2",
			 .is_running = CLAIM_YES,
			 .is_connected = true,
			 .is_persistent = true},
		.copy = {.peer_id = 2, .state = HEALTH_IN_STEP, .is_current = true},
		.health = {.here = {.peer_id = 1, .state = HEALTH_IN_STEP, .is_current = true},
			   .n_peers = 1},
		.database = {.suffix = "dc=example,dc=com", .is_in_step = CLAIM_YES, .n_peers = 1},
		.status = {.interval_sec = 60,
			   .written_sec = NOW - 1,
			   .has_desired = true,
			   .sha256 = "abc",
			   .is_slapd_up = CLAIM_YES,
			   .success_sec = NOW - 5,
			   .last_pass = {.number = 7, .ended_sec = NOW - 5},
			   .is_server_in_step = CLAIM_YES,
			   .n_databases = 1},
		.life = {.is_running = CLAIM_YES, .now_sec = NOW},
		.asked = {.sha256 = "abc", .mtime_sec = NOW - 5},
	};
	node->health.peers = &node->copy;
	node->database.peers = &node->peer;
	node->database.health = &node->health;
	node->status.databases = &node->database;
	return node;
}

static Gate judged(Pool *pool, const Node *node)
{
	return status_gate(pool, &node->status, &node->life, &node->asked);
}

static void assert_waits(Pool *pool, const Node *node, const char *what)
{
	const Gate gate = judged(pool, node);

	assert_int_equal(gate.state, GATE_WAITING);
	assert_non_null(strstr(gate.waits_for, what));
}

static void where_all_is_well_it_opens(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Gate gate = judged(pool, a_node(pool));

	(void)state;
	assert_int_equal(gate.state, GATE_OPEN);
	assert_null(gate.waits_for);
}

static void what_is_wrong_keeps_it_shut(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);

	(void)state;
	node->life.is_running = CLAIM_NO;
	assert_waits(pool, node, "does not run");
	node = a_node(pool);
	node->status.written_sec = NOW - 1000;
	assert_waits(pool, node, "reported nothing");
	node = a_node(pool);
	node->status.success_sec = NOW - 60;
	assert_waits(pool, node, "did not succeed");
	node = a_node(pool);
	node->status.is_slapd_up = CLAIM_NO;
	assert_waits(pool, node, "slapd");
	node = a_node(pool);
	node->database.is_in_step = CLAIM_NO;
	assert_waits(pool, node, "is not in step");
	node = a_node(pool);
	node->health.here.state = HEALTH_BEHIND;
	assert_waits(pool, node, "what is here is");
	node = a_node(pool);
	node->peer.is_connected = false;
	assert_waits(pool, node, "link to peer 2, ldap://ldap2, is down");
}

static void another_revision_keeps_it_shut(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);

	(void)state;
	node->asked.sha256 = "abd";
	assert_waits(pool, node, "not in force");
	node = a_node(pool);
	node->asked.mtime_sec = NOW - 4; /* a new password leaves the digest as it was */
	assert_waits(pool, node, "not in force");
}

static void what_is_not_known_keeps_it_shut(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);

	(void)state;
	node->life.is_running = CLAIM_UNKNOWN;
	assert_waits(pool, node, "does not run");
	node = a_node(pool);
	node->status.sha256 = NULL;
	assert_waits(pool, node, "not in force");
	node = a_node(pool);
	node->status.last_pass.number = 0;
	assert_waits(pool, node, "not looked yet");
	node = a_node(pool);
	node->status.looked_sec = -1; /* a pass that ended before slapd was asked */
	assert_waits(pool, node, "not looked yet");
	node = a_node(pool);
	node->status.is_slapd_up = CLAIM_UNKNOWN;
	assert_waits(pool, node, "slapd");
	node = a_node(pool);
	node->status.is_server_in_step = CLAIM_UNKNOWN;
	assert_waits(pool, node, "not known");
	node = a_node(pool);
	node->status.n_databases = 0;
	assert_waits(pool, node, "no database");
	node = a_node(pool);
	node->database.is_in_step = CLAIM_UNKNOWN;
	assert_waits(pool, node, "not known");
}

/* OpenLDAP 2.4 does not tell whether a consumer runs: what both have of the database does. */
static void a_link_that_is_not_told_is_judged_by_contents(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);

	(void)state;
	node->peer.is_running = CLAIM_UNKNOWN;
	assert_int_equal(judged(pool, node).state, GATE_OPEN);
	node->copy.is_current = false;
	assert_waits(pool, node, "is not known to work");
	node->copy.is_current = true;
	node->health.here.is_current = false;
	assert_waits(pool, node, "is not known to work");
	node->database.health = NULL;
	assert_waits(pool, node, "is not known to work");
}

static void a_hold_is_told_before_all_that_lasts(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);
	Condition lasting[] = {
		{.key = "link", .kind = CONDITION_LINK, .text = "link down"},
		{.key = "hold",
		 .kind = CONDITION_HOLD,
		 .text = "held G4",
		 .what = "two removals",
		 .suffix = "dc=example,dc=com"},
	};
	Gate gate;

	(void)state;
	node->status.conditions = (ConditionList){lasting, 2};
	gate = judged(pool, node);
	assert_int_equal(gate.state, GATE_HELD);
	assert_string_equal(gate.waits_for, "dc=example,dc=com: held: two removals");
	node->status.conditions.n_items = 1;
	assert_waits(pool, node, "link down");
}

static void a_revision_that_is_tried_elsewhere_first_is_held(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);
	Condition hold = {.key = "hold",
			  .kind = CONDITION_HOLD,
			  .code = "rollout",
			  .text = "held rollout",
			  .what = "revision 8 waits"};
	Gate gate;

	(void)state;
	node->status.conditions = (ConditionList){&hold, 1};
	node->status.sha256 = "of the revision in force";
	gate = judged(pool, node);
	assert_int_equal(gate.state, GATE_HELD);
	assert_string_equal(gate.waits_for, "held: revision 8 waits");
	hold.code = "G4";
	assert_waits(pool, node, "not in force");
}

static void a_finding_that_is_not_critical_does_not_matter(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);
	Condition finding = {.key = "f", .kind = CONDITION_FINDING, .text = "an index is missing"};

	(void)state;
	node->status.conditions = (ConditionList){&finding, 1};
	assert_int_equal(judged(pool, node).state, GATE_OPEN);
	finding.is_critical = true;
	assert_waits(pool, node, "an index is missing");
}

/* The timer serves where nothing can be watched: that lasts, and keeps nobody waiting. */
static void what_is_seen_later_keeps_nobody_waiting(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Node *node = a_node(pool);
	Condition watch = {.key = "watch", .kind = CONDITION_TROUBLE, .text = "not watched"};

	(void)state;
	node->status.conditions = (ConditionList){&watch, 1};
	assert_int_equal(judged(pool, node).state, GATE_OPEN);
	watch.key = "slapd";
	assert_waits(pool, node, "not watched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_all_is_well_it_opens),
		cmocka_unit_test(what_is_wrong_keeps_it_shut),
		cmocka_unit_test(another_revision_keeps_it_shut),
		cmocka_unit_test(what_is_not_known_keeps_it_shut),
		cmocka_unit_test(a_link_that_is_not_told_is_judged_by_contents),
		cmocka_unit_test(a_hold_is_told_before_all_that_lasts),
		cmocka_unit_test(a_revision_that_is_tried_elsewhere_first_is_held),
		cmocka_unit_test(what_is_seen_later_keeps_nobody_waiting),
		cmocka_unit_test(a_finding_that_is_not_critical_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
