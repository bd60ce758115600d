/* SPDX-License-Identifier: Apache-2.0 */
/* What status --all and check --all show of the nodes, and what is wrong with any of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/status/status_fleet.h"

#define NOW 1800000000
#define SHA "abc"

/* Five nodes, all heard but the last one, which is a consumer. */
typedef struct Scene {
	FleetNode nodes[5];
	Fleet fleet;
	Status status;
} Scene;

static void scene_begin(Scene *scene)
{
	static const char *const uris[] = {"ldap://one", "ldap://two", "ldap://three",
					   "ldap://four", "ldap://five"};

	*scene = (Scene){
		.fleet = {.suffix = "dc=x",
			  .container = "ou=h,dc=x",
			  .interval_sec = 60,
			  .read_sec = NOW - 5,
			  .nodes = scene->nodes,
			  .n_nodes = 5},
		.status = {.version = "0.2.0",
			   .pid = 7,
			   .sentence = "in step",
			   .peers_file = "/p",
			   .slapd_uri = "ldapi:///",
			   .written_sec = NOW,
			   .looked_sec = NOW,
			   .interval_sec = 60,
			   .has_desired = true,
			   .has_revision = true,
			   .revision = 12,
			   .sha256 = SHA},
	};
	scene->status.fleets = (Fleets){&scene->fleet, 1};
	for (unsigned i = 0; i < 5; i++)
		scene->nodes[i] = (FleetNode){
			.id = i + 1,
			.uri = uris[i],
			.is_self = i == 0,
			.is_consumer = i == 4,
			.is_mute = i == 4,
			.has_beat = i < 4,
			.beat = {.id = i + 1,
				 .version = "0.2.0",
				 .has_revision = true,
				 .revision = 12,
				 .sha256 = SHA,
				 .mode = "enforce",
				 .state = "in-step",
				 .held = "",
				 .time_sec = NOW - 20},
		};
}

/* check --all of a daemon that runs. */
static CheckResult check_of(Pool *pool, const Scene *scene)
{
	const StatusLife life = {.is_running = CLAIM_YES, .now_sec = NOW};
	const CheckLimits limits = {.warning_msec = -1, .critical_msec = -1, .is_of_all = true};

	return status_check(pool, &scene->status, &life, &limits);
}

static void all_that_are_heard_and_in_step_are_well(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CheckResult result;
	Scene scene;

	(void)state;
	scene_begin(&scene);
	result = check_of(pool, &scene);
	assert_int_equal(result.level, CHECK_OK);
	assert_non_null(strstr(result.line,
			       " nodes_heard=4;;;0 nodes_silent=0;;;0 nodes_unknown=1;;;0\n"
			       "node 1, ldap://one: revision 12, in-step, at most 20 s ago\n"
			       "node 2, ldap://two: revision 12, in-step, at most 20 s ago\n"));
	assert_string_equal(strrchr(result.line, '\n'),
			    "\nnode 5, ldap://five: revision -, -, not known: a consumer that "
			    "has nowhere to write a heartbeat");
}

static void check_without_all_has_one_line_and_judges_no_other_node(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const StatusLife life = {.is_running = CLAIM_YES, .now_sec = NOW};
	const CheckLimits limits = {.warning_msec = -1, .critical_msec = -1};
	Condition silent = {.key = "k", .text = "t", .kind = CONDITION_NODE};
	CheckResult result;
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.nodes[1].beat.time_sec = NOW - 1000;
	scene.status.conditions = (ConditionList){&silent, 1};
	result = status_check(pool, &scene.status, &life, &limits);
	assert_int_equal(result.level, CHECK_OK);
	assert_null(strchr(result.line, '\n'));
	assert_int_equal(status_count_unsettled(&scene.status), 0);
	/* It is looked at again all the same, so that nobody tells for long what is over. */
	scene.status.last_pass.ended_sec = NOW;
	assert_int_equal(status_count_unsettled(&scene.status), 1);
}

/* The level and the first line's text when one node says that. */
static void assert_level(CheckLevel level, const char *word, const char *held)
{
	AUTO(Pool) *pool = pool_new();
	CheckResult result;
	Scene scene;

	scene_begin(&scene);
	scene.nodes[2].beat.state = word;
	scene.nodes[2].beat.held = held;
	result = check_of(pool, &scene);
	assert_int_equal(result.level, level);
	assert_non_null(strstr(result.line, "node 3, ldap://three"));
}

static void the_worst_word_of_any_node_decides(void **state)
{
	(void)state;
	assert_level(CHECK_OK, "in-step", "");
	assert_level(CHECK_WARNING, "held", "G4 joining");
	assert_level(CHECK_CRITICAL, "held", "G4 G10");
	assert_level(CHECK_WARNING, "paused", "paused");
	assert_level(CHECK_WARNING, "ill", "");
	assert_level(CHECK_WARNING, "changing", "");
	assert_level(CHECK_WARNING, "trouble", "");
	/* A word of a later release. */
	assert_level(CHECK_UNKNOWN, "dreaming", "");
}

static void silence_is_critical_and_what_is_not_known_is_unknown(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CheckResult result;
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.nodes[3].has_beat = false;
	result = check_of(pool, &scene);
	assert_int_equal(result.level, CHECK_UNKNOWN);
	assert_non_null(strstr(result.line, "SYNCWARD UNKNOWN - node 4, ldap://four: not known: it "
					    "has no heartbeat here"));
	scene.nodes[2].beat.state = "changing";
	result = check_of(pool, &scene);
	assert_int_equal(result.level, CHECK_WARNING);
	scene.nodes[1].beat.time_sec = NOW - 181;
	result = check_of(pool, &scene);
	assert_int_equal(result.level, CHECK_CRITICAL);
	assert_non_null(strstr(result.line, "node 2, ldap://two: SILENT since 2027-01-15T07:56:59Z "
					    "(3 min) (and 2 more"));
}

static void another_file_is_told_where_both_are_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.nodes[1].beat.sha256 = NULL;
	assert_int_equal(check_of(pool, &scene).level, CHECK_OK);
	scene.nodes[1].beat.sha256 = "other";
	assert_non_null(strstr(check_of(pool, &scene).line,
			       "node 2, ldap://two: another peers.json than here"));
	scene.nodes[1].beat.revision = 11;
	assert_non_null(
		strstr(check_of(pool, &scene).line, "node 2, ldap://two: revision 11, here 12"));
	assert_int_equal(check_of(pool, &scene).level, CHECK_WARNING);
}

static void what_cannot_be_read_or_is_not_there_is_unknown(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CheckResult result;
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.fleet.problem = "no answer";
	for (size_t i = 0; i < 4; i++)
		scene.nodes[i].has_beat = false;
	result = check_of(pool, &scene);
	assert_int_equal(result.level, CHECK_UNKNOWN);
	assert_non_null(strstr(result.line, "the heartbeats of dc=x cannot be read: no answer"));
	scene.status.fleets = (Fleets){0};
	result = check_of(pool, &scene);
	assert_int_equal(result.level, CHECK_UNKNOWN);
	assert_non_null(strstr(result.line, "no database has a \"heartbeat\""));
}

static void the_page_has_a_line_for_each_node(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.nodes[0].has_beat = false;
	scene.fleet.unsaid = "this node is joining";
	scene.nodes[1].beat.state = "held";
	scene.nodes[1].beat.held = "G4";
	scene.nodes[1].beat.time_sec = NOW + 3; /* its clock is ahead */
	scene.nodes[2].beat.time_sec = NOW - 400;
	scene.nodes[2].beat.revision = 9;
	scene.nodes[2].beat.sha256 = "old";
	scene.nodes[3].has_beat = false;
	scene.nodes[3].ignored = "another account made it";
	scene.fleet.n_strangers = 2;
	assert_string_equal(
		fleets_text(pool, &scene.status, NOW),
		"\n"
		"Nodes of dc=x, by the heartbeats in this node's own copy, read 5 s ago:\n"
		"  NODE   NAME          REVISION  STATE      HEARD\n"
		"  1      ldap://one    -         -          not known: it writes no heartbeat: "
		"this node is joining, this node\n"
		"  2      ldap://two    12        held (G4)  at most 0 s ago\n"
		"  3      ldap://three  9         in-step    SILENT since 2027-01-15T07:53:20Z "
		"(6 min), revision 9, here 12\n"
		"  4      ldap://four   -         -          not known: its heartbeat does not "
		"count: another account made it\n"
		"  5      ldap://five   -         -          not known: a consumer that has nowhere "
		"to write a heartbeat\n"
		"  entries of other ids below ou=h,dc=x: 2\n");
	scene.status.fleets = (Fleets){0};
	assert_string_equal(fleets_text(pool, &scene.status, NOW),
			    "\nAll nodes: no database has a \"heartbeat\" in peers.json: nothing "
			    "is known of other nodes.\n");
}

static void the_document_reads_back(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *text;
	Status status;
	Scene scene;
	Error err;

	(void)state;
	scene_begin(&scene);
	scene.nodes[2].beat.has_revision = false;
	scene.nodes[2].beat.held = "G4";
	scene.nodes[3].has_beat = false;
	scene.nodes[3].ignored = "why";
	scene.fleet.unsaid = "unsaid";
	scene.fleet.problem = "problem";
	scene.fleet.n_strangers = 3;
	text = status_print(pool, &scene.status);
	assert_int_equal(status_parse(pool, "s", text, strlen(text), &status, &err), 0);
	assert_string_equal(fleets_text(pool, &status, NOW), fleets_text(pool, &scene.status, NOW));
	assert_string_equal(check_of(pool, &(Scene){.status = status}).line,
			    check_of(pool, &scene).line);
	assert_string_equal(status_print(pool, &status), text);
	/* Who has no heartbeat sees nothing of it. */
	scene.status.fleets = (Fleets){0};
	text = status_print(pool, &scene.status);
	assert_null(strstr(text, "fleet"));
	assert_null(strstr(text, "nodes_silent"));
}

static void metrics_count_nodes_by_state_and_name_none(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *text;
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.status.stopped_sec = -1;
	scene.nodes[1].beat.time_sec = NOW - 1000;
	scene.nodes[3].has_beat = false;
	scene.nodes[3].ignored = "why";
	text = status_metrics(pool, &scene.status);
	assert_non_null(strstr(text, "syncward_nodes{state=\"not-known\"} 1\n"
				     "syncward_nodes{state=\"none\"} 1\n"
				     "syncward_nodes{state=\"heard\"} 2\n"
				     "syncward_nodes{state=\"silent\"} 1\n"));
	assert_non_null(strstr(text, "syncward_heartbeats_ignored 1\n"));
	assert_null(strstr(text, "ldap://two"));
	scene.status.fleets = (Fleets){0};
	assert_null(strstr(status_metrics(pool, &scene.status), "syncward_nodes"));
}

static void a_revision_that_waits_reads_back_and_is_in_metrics(void **state)
{
	AUTO(Pool) *pool = pool_new();
	KnownCanary canaries[] = {
		{.id = 1, .state = CANARY_WELL, .soaked_sec = 60, .says = ""},
		{.id = 3, .state = CANARY_ILL, .says = "it is held (G6)"},
	};
	const char *text;
	Status status;
	Scene scene;
	Error err;

	(void)state;
	scene_begin(&scene);
	scene.status.stopped_sec = -1;
	assert_null(strstr(status_print(pool, &scene.status), "rollout"));
	assert_non_null(strstr(status_metrics(pool, &scene.status), "syncward_rollout_waits 0\n"));
	scene.status.rollout = (StatusRollout){.waits = true,
					       .revision = 13,
					       .since_sec = NOW,
					       .soak_sec = 600,
					       .canaries = canaries,
					       .n_canaries = 2};
	text = status_print(pool, &scene.status);
	assert_int_equal(status_parse(pool, "s", text, strlen(text), &status, &err), 0);
	assert_string_equal(status_print(pool, &status), text);
	text = status_metrics(pool, &status);
	assert_non_null(strstr(text, "syncward_rollout_waits 1\n"));
	assert_non_null(strstr(text, "syncward_rollout_revision 13\n"));
	assert_non_null(
		strstr(text, "syncward_rollout_soak_left_seconds{node=\"1\",state=\"well\"} 540\n"
			     "syncward_rollout_soak_left_seconds{node=\"3\",state=\"ill\"} 600\n"));
}

static void logs_of_changes_read_back_and_are_in_metrics(void **state)
{
	AUTO(Pool) *pool = pool_new();
	LogFolder folders[] = {
		{.path = "/to-come", .has_room = true, .room_bytes = 1},
		{.path = "/log",
		 .suffix = "dc=x",
		 .base = "cn=log",
		 .has_size = true,
		 .size_bytes = 4096,
		 .keeps_sec = 604800},
	};
	const Machine machine = {.log_folders = folders, .n_log_folders = 2};
	const char *text;
	Status status;
	Scene scene;
	Error err;

	(void)state;
	scene_begin(&scene);
	scene.status.stopped_sec = -1;
	assert_null(strstr(status_print(pool, &scene.status), "\"logs\""));
	assert_null(strstr(status_metrics(pool, &scene.status), "syncward_log_"));
	scene.status.logs = status_logs_take(pool, &machine);
	assert_int_equal(scene.status.logs.n_items, 1); /* of one that is to come there is none */
	text = status_print(pool, &scene.status);
	assert_non_null(strstr(text, "\"room_bytes\": null"));
	assert_int_equal(status_parse(pool, "s", text, strlen(text), &status, &err), 0);
	assert_string_equal(status_print(pool, &status), text);
	status.logs = status_logs_copy(pool, &status.logs);
	text = status_metrics(pool, &status);
	assert_non_null(
		strstr(text, "syncward_log_size_bytes{suffix=\"dc=x\",log=\"cn=log\"} 4096\n"));
	assert_non_null(strstr(text, "syncward_log_keeps_seconds{suffix=\"dc=x\",log=\"cn=log\"} "
				     "604800\n"));
	assert_null(strstr(text, "syncward_log_room_bytes{")); /* nobody looked */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_revision_that_waits_reads_back_and_is_in_metrics),
		cmocka_unit_test(logs_of_changes_read_back_and_are_in_metrics),
		cmocka_unit_test(all_that_are_heard_and_in_step_are_well),
		cmocka_unit_test(check_without_all_has_one_line_and_judges_no_other_node),
		cmocka_unit_test(the_worst_word_of_any_node_decides),
		cmocka_unit_test(silence_is_critical_and_what_is_not_known_is_unknown),
		cmocka_unit_test(another_file_is_told_where_both_are_known),
		cmocka_unit_test(what_cannot_be_read_or_is_not_there_is_unknown),
		cmocka_unit_test(the_page_has_a_line_for_each_node),
		cmocka_unit_test(the_document_reads_back),
		cmocka_unit_test(metrics_count_nodes_by_state_and_name_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
