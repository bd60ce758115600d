/* SPDX-License-Identifier: Apache-2.0 */
/* Which revision waits, and for how long those that try it were seen to do well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory/rollout_watch.h"
#include "common/tell/told_rollout.h"

#define NOW   1800000000
#define SEC   1000000ULL
#define NEWER "new"

/* Nodes 1 to 3 by a file of revision 8 that node 1 tries first for 100 s; revision 7 is in force.
 */
typedef struct Scene {
	Pool *pool;
	unsigned first[2];
	Peer peers[3];
	Desired desired;
	RolloutFile file;
	Known known;
	FleetNode node;
	Fleet fleet;
	uint64_t now_usec;
	int64_t now_sec, canary_sec; /* by the clock here, and by the canary's */
	unsigned n_beats;
	const char *not_known;
	CanaryWatch watch;
	KnownCanary canary;
} Scene;

static int scene_make(void **state)
{
	static Scene scene;

	scene = (Scene){
		.pool = pool_new(),
		.first = {1, 9},
		.peers = {{.id = 1}, {.id = 2}, {.id = 3}},
		.desired = {.name = "peers.json",
			    .has_revision = true,
			    .revision = 8,
			    .n_peers = 3},
		.known = {.latest.has_revision = true,
			  .latest.revision = 7,
			  .latest.sha256 = "old"},
		.node = {.id = 1, .uri = "ldap://one"},
		.fleet = {.suffix = "dc=x", .interval_sec = 60, .n_nodes = 1},
		.now_usec = 1000 * SEC,
		.now_sec = NOW,
		.canary_sec = NOW,
		.watch = {.id = 1},
		.canary = {.id = 1, .says = ""},
	};
	scene.desired.peers = scene.peers;
	scene.desired.policy.rollout =
		(DesiredRollout){.first = scene.first, .n_first = 1, .soak_sec = 100};
	scene.file = (RolloutFile){&scene.desired, NEWER, 2};
	scene.fleet.nodes = &scene.node;
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

/* --- which revision waits --- */

static void a_new_revision_waits_for_its_first_nodes_and_not_at_them(void **state)
{
	Scene *scene = *state;

	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_WAITS);
	scene->file.self = 1;
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_RUNS);
	scene->file.self = 0;
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_WAITS);
}

static void what_is_in_force_or_was_let_pass_does_not_wait(void **state)
{
	Scene *scene = *state;

	scene->known.latest.rollout.passed = "other";
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_WAITS);
	scene->known.latest.rollout.passed = NEWER;
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_RUNS);
	scene->known.latest.rollout.passed = NULL;
	scene->known.latest.sha256 = NEWER;
	scene->known.latest.revision = 8;
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_RUNS);
}

static void a_node_without_a_revision_in_force_never_waits(void **state)
{
	Scene *scene = *state;

	scene->known = (Known){0};
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_RUNS);
}

static void a_revision_that_lost_its_rollout_waits_unless_it_says_so(void **state)
{
	Scene *scene = *state;

	scene->desired.policy.rollout = (DesiredRollout){0};
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_RUNS);
	scene->known.latest.is_staged = true;
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_UNSTAGED);
	assert_false(rollout_has_soaked(&scene->file, &scene->known.latest.rollout));
	scene->desired.policy.rollout.is_off = true;
	assert_int_equal(rollout_verdict(&scene->file, &scene->known.latest), ROLLOUT_RUNS);
}

static void ids_of_no_peer_do_not_count(void **state)
{
	Scene *scene = *state;
	unsigned ids[2];

	scene->desired.policy.rollout.n_first = 2;
	assert_int_equal(rollout_canaries(&scene->file, ids), 1);
	assert_int_equal(ids[0], 1);
}

/* --- for how long --- */

static void look(Scene *scene)
{
	const CanaryLook seen = {
		.file = &scene->file,
		.fleet = &scene->fleet,
		.now_usec = scene->now_usec,
		.now_sec = scene->now_sec,
		.not_known = scene->not_known,
	};

	canary_watch(scene->pool, &seen, &scene->watch, &scene->canary);
}

static void pass_time(Scene *scene, unsigned sec)
{
	scene->now_usec += sec * SEC;
	scene->now_sec += sec;
	scene->canary_sec += sec;
}

/* The canary writes, and it is looked at. */
static void say(Scene *scene, const char *sha256, const char *word)
{
	scene->node.has_beat = true;
	scene->node.beat = (Heartbeat){
		.id = 1,
		.has_revision = true,
		.revision = 8,
		.sha256 = sha256,
		.rollout = word,
		.held = "",
		.time_sec = scene->canary_sec,
		.csn = pool_printf(scene->pool, "20270115080%03u.000000Z#000000#001#000000",
				   scene->n_beats++),
	};
	look(scene);
}

/* One that was there before, and one that came. */
static void begin_well(Scene *scene)
{
	scene->watch = (CanaryWatch){.id = 1};
	scene->canary.soaked_sec = 0;
	scene->canary_sec = scene->now_sec;
	say(scene, NEWER, HEARTBEAT_WELL);
	pass_time(scene, 60);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 0);
	assert_int_equal(scene->canary.state, CANARY_WELL);
}

static bool has_soaked(Scene *scene)
{
	const KnownRollout known = {.sha256 = NEWER, .canaries = &scene->canary, .n_canaries = 1};

	return rollout_has_soaked(&scene->file, &known);
}

static void it_counts_from_one_heartbeat_that_came_to_the_next(void **state)
{
	Scene *scene = *state;

	begin_well(scene);
	pass_time(scene, 40);
	look(scene);
	assert_int_equal(scene->canary.soaked_sec, 0);
	pass_time(scene, 20);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 60);
	assert_false(has_soaked(scene));
	pass_time(scene, 40);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 100);
	assert_true(has_soaked(scene));
}

static void one_that_comes_where_there_was_none_came_while_we_watched(void **state)
{
	Scene *scene = *state;

	look(scene);
	assert_string_equal(scene->canary.says, "no heartbeat of it is here");
	say(scene, NEWER, HEARTBEAT_WELL);
	pass_time(scene, 60);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 60);
}

static void both_clocks_must_say_so(void **state)
{
	Scene *scene = *state;

	begin_well(scene);
	pass_time(scene, 20);
	scene->canary_sec += 50;
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 20);
	pass_time(scene, 60);
	scene->canary_sec -= 40;
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 40);
	pass_time(scene, 60);
	scene->canary_sec -= 100;
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 40);
}

static void assert_begins_anew(Scene *scene, CanaryState expected, const char *says)
{
	assert_int_equal(scene->canary.state, expected);
	assert_int_equal(scene->canary.soaked_sec, 0);
	assert_string_equal(scene->canary.says, says);
	assert_false(has_soaked(scene));
}

static void soak(Scene *scene)
{
	begin_well(scene);
	for (int i = 0; i < 2; i++) {
		pass_time(scene, 60);
		say(scene, NEWER, HEARTBEAT_WELL);
	}
	assert_true(has_soaked(scene));
	pass_time(scene, 60);
}

static void another_file_counts_for_nothing(void **state)
{
	Scene *scene = *state;

	soak(scene);
	say(scene, "another", HEARTBEAT_WELL);
	assert_begins_anew(scene, CANARY_OTHER, "it shows another peers.json with this revision");
	scene->desired.revision = 9;
	pass_time(scene, 60);
	say(scene, "another", HEARTBEAT_WELL);
	assert_begins_anew(scene, CANARY_OTHER, "it shows revision 8");
}

static void what_is_ill_or_held_begins_anew(void **state)
{
	Scene *scene = *state;

	soak(scene);
	say(scene, NEWER, "held");
	assert_begins_anew(scene, CANARY_ILL, "it is held");
	pass_time(scene, 60);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 0);
	pass_time(scene, 60);
	say(scene, NEWER, NULL);
	assert_begins_anew(scene, CANARY_ILL, "its heartbeat says nothing of a roll-out");
	pass_time(scene, 60);
	say(scene, NEWER, "changing");
	assert_begins_anew(scene, CANARY_OTHER, "it puts the revision in force");
}

static void who_is_silent_begins_anew(void **state)
{
	Scene *scene = *state;

	soak(scene);
	pass_time(scene, 121);
	look(scene);
	assert_int_equal(scene->canary.state, CANARY_SILENT);
	assert_int_equal(scene->canary.soaked_sec, 0);
	/* Nobody looked meanwhile. */
	soak(scene);
	pass_time(scene, 121);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 0);
	/* By the clock of the day alone: one that is old when it comes. */
	soak(scene);
	scene->canary_sec -= 600;
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.state, CANARY_SILENT);
	assert_int_equal(scene->canary.soaked_sec, 0);
}

static void what_does_not_count_begins_anew(void **state)
{
	Scene *scene = *state;

	soak(scene);
	scene->node.has_beat = false;
	scene->node.ignored = "another account made it";
	look(scene);
	assert_begins_anew(scene, CANARY_ILL,
			   "its heartbeat does not count: another account made it");
	/* It was there before. */
	scene->node.ignored = NULL;
	scene->watch = (CanaryWatch){.id = 1};
	scene->node.has_beat = false;
	scene->node.ignored = "another account made it";
	look(scene);
	scene->node.ignored = NULL;
	say(scene, NEWER, HEARTBEAT_WELL);
	pass_time(scene, 60);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 0);
}

static void an_older_entry_is_no_news(void **state)
{
	Scene *scene = *state;

	begin_well(scene);
	pass_time(scene, 60);
	scene->n_beats = 0;
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 0);
}

static void what_could_not_be_read_does_not_count_and_is_no_reason_to_begin_anew(void **state)
{
	Scene *scene = *state;

	begin_well(scene);
	pass_time(scene, 60);
	say(scene, NEWER, HEARTBEAT_WELL);
	pass_time(scene, 20);
	scene->not_known = "slapd is away";
	look(scene);
	assert_int_equal(scene->canary.state, CANARY_NOT_KNOWN);
	scene->not_known = NULL;
	pass_time(scene, 40);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 60);
	assert_false(has_soaked(scene));
	pass_time(scene, 40);
	say(scene, NEWER, HEARTBEAT_WELL);
	assert_int_equal(scene->canary.soaked_sec, 100);
}

static void all_of_first_must_do_well_at_once(void **state)
{
	Scene *scene = *state;
	KnownCanary both[] = {{.id = 1, .state = CANARY_WELL, .soaked_sec = 100, .says = ""},
			      {.id = 3, .state = CANARY_WELL, .soaked_sec = 99, .says = ""}};
	KnownRollout known = {.sha256 = NEWER, .canaries = both, .n_canaries = 2};

	scene->first[1] = 3;
	scene->desired.policy.rollout.n_first = 2;
	assert_false(rollout_has_soaked(&scene->file, &known));
	both[1].soaked_sec = 100;
	assert_true(rollout_has_soaked(&scene->file, &known));
	both[0].state = CANARY_NOT_KNOWN;
	assert_false(rollout_has_soaked(&scene->file, &known));
	both[0].state = CANARY_WELL;
	known.sha256 = "another";
	assert_false(rollout_has_soaked(&scene->file, &known));
	known.sha256 = NEWER;
	known.n_canaries = 1;
	assert_false(rollout_has_soaked(&scene->file, &known));
}

/* --- who has it --- */

static void a_revision_is_everywhere_when_all_that_are_heard_show_it(void **state)
{
	Scene *scene = *state;
	FleetNode nodes[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
	Fleet fleet = {.interval_sec = 60, .nodes = nodes, .n_nodes = 3, .read_sec = NOW};

	assert_false(rollout_is_everywhere(&fleet, NEWER, NOW));
	for (int i = 0; i < 2; i++) {
		nodes[i].has_beat = true;
		nodes[i].beat = (Heartbeat){.sha256 = NEWER, .time_sec = NOW - 100};
	}
	assert_true(rollout_is_everywhere(&fleet, NEWER, NOW));
	nodes[1].beat.sha256 = "old";
	assert_false(rollout_is_everywhere(&fleet, NEWER, NOW));
	nodes[1].beat.time_sec = NOW - 181;
	assert_true(rollout_is_everywhere(&fleet, NEWER, NOW));
	nodes[2].ignored = "another account made it";
	assert_false(rollout_is_everywhere(&fleet, NEWER, NOW));
	nodes[2].ignored = NULL;
	fleet.problem = "it cannot be read";
	assert_false(rollout_is_everywhere(&fleet, NEWER, NOW));
	(void)scene;
}

/* --- what the canary says --- */

static void links_to_nodes_with_an_older_revision_are_no_illness(void **state)
{
	FleetNode nodes[2] = {{.id = 2,
			       .uri = "ldap://two",
			       .has_beat = true,
			       .beat = {.has_revision = true, .revision = 7}},
			      {.id = 3, .uri = "ldap://three"}};
	Fleet fleet = {.nodes = nodes, .n_nodes = 2};
	const Fleets fleets = {&fleet, 1};
	Condition conditions[] = {
		{.key = "a", .kind = CONDITION_LINK, .peer = "ldap://two"},
		{.key = "b", .kind = CONDITION_HOLD, .code = "rollout"},
		{.key = "c", .kind = CONDITION_LINK, .peer = "ldap://three"},
	};
	ConditionList list = {conditions, 2};

	(void)state;
	assert_string_equal(rollout_word(&list, &fleets, 8), "in-step");
	/* Of which nothing is known. */
	list.n_items = 3;
	assert_string_equal(rollout_word(&list, &fleets, 8), "ill");
	list.n_items = 2;
	nodes[0].beat.revision = 8;
	assert_string_equal(rollout_word(&list, &fleets, 8), "ill");
	conditions[0] = (Condition){.key = "d", .kind = CONDITION_HOLD, .code = "G6"};
	assert_string_equal(rollout_word(&list, &fleets, 8), "held");
}

/* --- for people --- */

static void the_text_says_whom_it_waits_for_since_when_and_how_long(void **state)
{
	Scene *scene = *state;
	KnownCanary canary = {.id = 1, .state = CANARY_WELL, .soaked_sec = 40, .says = ""};
	const char *text;

	scene->known.latest.rollout = (KnownRollout){
		.sha256 = NEWER, .since_sec = NOW, .canaries = &canary, .n_canaries = 1};
	text = rollout_text(scene->pool, &scene->file, &scene->known.latest, &scene->desired);
	assert_string_equal(text,
			    "peers.json, revision 8, waits since 2027-01-15T08:00:00Z until it did "
			    "well for 100 s where it is tried (node 1: it does well, for 60 s "
			    "more). Revision 7 stays in force; to have it here now");
	canary = (KnownCanary){.id = 1, .state = CANARY_ILL, .says = "it is held (G6)"};
	text = rollout_text(scene->pool, &scene->file, &scene->known.latest, NULL);
	assert_non_null(strstr(text, "(node 1: it is held (G6)). Revision 7 was not kept here, so "
				     "that nothing is corrected meanwhile"));
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_new_revision_waits_for_its_first_nodes_and_not_at_them),
		SCENE_TEST(what_is_in_force_or_was_let_pass_does_not_wait),
		SCENE_TEST(a_node_without_a_revision_in_force_never_waits),
		SCENE_TEST(a_revision_that_lost_its_rollout_waits_unless_it_says_so),
		SCENE_TEST(ids_of_no_peer_do_not_count),
		SCENE_TEST(it_counts_from_one_heartbeat_that_came_to_the_next),
		SCENE_TEST(one_that_comes_where_there_was_none_came_while_we_watched),
		SCENE_TEST(both_clocks_must_say_so),
		SCENE_TEST(another_file_counts_for_nothing),
		SCENE_TEST(what_is_ill_or_held_begins_anew),
		SCENE_TEST(who_is_silent_begins_anew),
		SCENE_TEST(what_does_not_count_begins_anew),
		SCENE_TEST(an_older_entry_is_no_news),
		SCENE_TEST(what_could_not_be_read_does_not_count_and_is_no_reason_to_begin_anew),
		SCENE_TEST(all_of_first_must_do_well_at_once),
		SCENE_TEST(a_revision_is_everywhere_when_all_that_are_heard_show_it),
		SCENE_TEST(links_to_nodes_with_an_older_revision_are_no_illness),
		SCENE_TEST(the_text_says_whom_it_waits_for_since_when_and_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
