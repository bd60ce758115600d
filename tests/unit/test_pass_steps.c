/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/pass/pass_steps.h"

#define OVERLAY "olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config"
#define CSN     "20261122101500.000000Z#000000#001#000000"

/* Steps, a slapd that answers them, and all that was wanted of it in order. */
typedef struct Scene {
	Pool *pool;
	Step steps[4];
	Plan plan;
	Live live;
	bool has_monitor;
	const char *fails; /* the action that fails, as it is printed; NULL: none */
	ErrorClass class;
	bool is_on_disk;
	size_t n_found; /* the search finds what it must at which try; 0: never */
	size_t n_searches;
	size_t n_looks_to_count; /* slapd counts an entry of cn=log at which look; 0: never */
	size_t n_looks;
	size_t n_covered; /* so many databases are seen to be covered, and no more */
	size_t n_asked;
	unsigned waited_msec;
	Buf wanted;
	PassSteps run;
} Scene;

static const char *csns[] = {CSN};
static Mod csn_mods[] = {{.attribute = "contextCSN", .values = csns, .n_values = 1}};
static Mod link_mods[] = {{.kind = MOD_ADD, .attribute = "olcSyncrepl"}};

static int scene_make(void **state)
{
	static Scene scene;

	scene = (Scene){.pool = pool_new(), .class = ERROR_REFUSED};
	scene.wanted = (Buf)BUF_IN(scene.pool);
	scene.plan = (Plan){.order.steps = scene.steps};
	scene.live.start_time = "20261122200000Z";
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

static void step_add(Scene *scene, Step step)
{
	scene->steps[scene->plan.order.n_steps++] = step;
}

/* The overlay goes, contextCSN is looked for, and it comes back; then the server ID. */
static void order_make(Scene *scene)
{
	step_add(scene, (Step){.kind = STEP_DELETE_ENTRY, .dn = OVERLAY});
	step_add(scene, (Step){.kind = STEP_SEARCH, .dn = "dc=x", .mods = csn_mods, .n_mods = 1});
	step_add(scene, (Step){.kind = STEP_ADD_ENTRY, .dn = OVERLAY});
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "cn=config"});
}

static const char *action_print(Scene *scene, const PassAction *action)
{
	switch (action->want) {
	case PASS_RUNNING:
		return "look";
	case PASS_CONTENT:
		return action->covered ? pool_printf(scene->pool, "covered %s", action->covered)
				       : "search";
	case PASS_WAIT:
		return pool_printf(scene->pool, "wait %u", action->wait_msec);
	default:
		return pool_printf(scene->pool, "%s%s", step_kind_name(action->step->kind),
				   action->must_be_sent ? " surely" : "");
	}
}

static PassAnswer answer_make(Scene *scene, const PassAction *action, const char *text)
{
	static const Content there = {
		.state = CONTENT_READ, .context_csns = csns, .n_context_csns = 1};
	static const Content empty = {.state = CONTENT_READ};
	static const Content covered = {.state = CONTENT_READ, .view.coverage = COPY_IS_COVERED};
	static const Content uncovered = {.state = CONTENT_READ, .view.coverage = COPY_HAS_NEWER};
	PassAnswer answer = {.has_failed = scene->fails && strcmp(scene->fails, text) == 0};

	if (action->covered)
		answer.here = ++scene->n_asked <= scene->n_covered ? &covered : &uncovered;
	else if (action->want == PASS_CONTENT)
		answer.here = ++scene->n_searches == scene->n_found ? &there : &empty;
	else if (action->want == PASS_RUNNING && ++scene->n_looks == scene->n_looks_to_count)
		scene->live.sizes.n_counted = 1;
	if (answer.has_failed)
		(void)error_set(&answer.error, scene->class, 80, "it fails");
	answer.is_on_disk = answer.has_failed && scene->is_on_disk;
	return answer;
}

/* What was done in order; waiting for the same again is left out. */
static const char *play(Scene *scene)
{
	PassAnswer answer = {0};
	const char *last = "";

	scene->run = pass_steps_begin(scene->pool, &scene->plan, &scene->live, scene->has_monitor);
	for (size_t n = 0;; n++) {
		const PassAction action = pass_steps_next(&scene->run, &answer);
		const char *text;

		if (action.want == PASS_OVER)
			return buf_text(&scene->wanted);
		assert_true(n < 2000);
		text = action_print(scene, &action);
		if (strcmp(text, last) != 0 && strncmp(text, "wait ", 5) != 0)
			buf_printf(&scene->wanted, "%s, ", text);
		if (action.want != PASS_WAIT)
			last = text;
		scene->waited_msec += action.wait_msec;
		answer = answer_make(scene, &action, text);
	}
}

/* --- order and calm --- */

static void steps_are_sent_in_order(void **state)
{
	Scene *scene = *state;

	scene->n_found = 1;
	order_make(scene);
	assert_string_equal(play(scene), "delete, search, add surely, modify, ");
	assert_false(scene->run.has_failed);
	assert_int_equal(scene->run.applied.n_done, 3);
	assert_ptr_equal(scene->run.applied.done[1], &scene->steps[2]);
}

/* slapd dies of the deletion of an overlay that has yet to begin its log. */
static void count_make(Scene *scene)
{
	static const char *counted[] = {"cn=log"}, *counts[] = {"1"};

	scene->live.sizes.counted = counted;
	scene->live.sizes.counts = counts;
	step_add(scene, (Step){.kind = STEP_COUNT, .dn = "cn=log"});
	step_add(scene, (Step){.kind = STEP_DELETE_ENTRY, .dn = OVERLAY});
}

static void a_step_waits_until_slapd_counts_an_entry(void **state)
{
	Scene *scene = *state;

	count_make(scene);
	scene->n_looks_to_count = 4;
	assert_string_equal(play(scene), "look, delete, ");
	assert_int_equal(scene->n_looks, 4);
	assert_int_equal(scene->run.applied.n_done, 1);
}

static void where_slapd_counts_nothing_in_time_no_step_follows(void **state)
{
	Scene *scene = *state;

	count_make(scene);
	assert_string_equal(play(scene), "look, ");
	assert_true(scene->run.has_failed);
	assert_non_null(strstr(scene->run.error.text, "has not begun the log of changes cn=log"));
	assert_int_equal(scene->waited_msec, 5000);
}

/* What clients write while no overlay looks is not in contextCSN. */
static void the_server_id_is_not_sent_before_every_entry_is_covered(void **state)
{
	static const char *suffixes[] = {"dc=x", "dc=y"};
	Scene *scene = *state;

	step_add(scene, (Step){.kind = STEP_MODIFY,
			       .dn = "cn=config",
			       .covered = suffixes,
			       .n_covered = 2});
	scene->n_covered = 2;
	assert_string_equal(play(scene), "covered dc=x, covered dc=y, modify, ");
	assert_false(scene->run.has_failed);
	scene->n_covered = 1;
	scene->n_asked = 0;
	scene->wanted = (Buf)BUF_IN(scene->pool);
	assert_string_equal(play(scene), "covered dc=x, covered dc=y, ");
	assert_true(scene->run.has_failed);
	assert_int_equal(scene->run.error.class, ERROR_CONFLICT);
	assert_non_null(strstr(scene->run.error.text, "dc=y: clients wrote"));
}

static void before_the_first_step_the_end_is_heard(void **state)
{
	Scene *scene = *state;

	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "cn=config"});
	scene->fails = "wait 0";
	scene->class = ERROR_STOPPED;
	assert_string_equal(play(scene), "");
	assert_int_equal(scene->run.error.class, ERROR_STOPPED);
	assert_null(scene->run.applied.stopped_at); /* it was not sent */
}

static void behind_new_consumers_the_next_step_waits_for_them(void **state)
{
	Scene *scene = *state;

	scene->has_monitor = true;
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "a", .mods = link_mods, .n_mods = 1});
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "b"});
	assert_string_equal(play(scene), "modify, look, modify, ");
	assert_int_equal(scene->waited_msec, 50);
}

/* They are not among those that the plan was made from, and peers.json says how long each may take.
 */
static void new_consumers_at_work_hold_the_next_step_for_their_longest_timeout(void **state)
{
	static int rids[] = {2, 3};
	WantedConsumer consumers[] = {
		{.syncrepl.value = {[SYNCREPL_TIMEOUT] = "3", [SYNCREPL_NETWORK_TIMEOUT] = "2"}},
		{.syncrepl.value = {[SYNCREPL_TIMEOUT] = "1", [SYNCREPL_NETWORK_TIMEOUT] = "4"}}};
	WantedDatabase database = {.consumers = consumers, .n_consumers = 2};
	const Wanted wanted = {.databases = &database, .n_databases = 1};
	Scene *scene = *state;

	scene->has_monitor = true;
	scene->plan.wanted = &wanted;
	scene->live.runs.working_rids = rids;
	scene->live.runs.n_working_rids = 2;
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "a", .mods = link_mods, .n_mods = 1});
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "b"});
	assert_string_equal(play(scene), "modify, look, modify, ");
	assert_in_range(scene->waited_msec, 5000, 5200);
}

static void while_an_index_is_built_nothing_is_written(void **state)
{
	Scene *scene = *state;

	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "a"});
	scene->live.builds_index = true;
	assert_string_equal(play(scene), "");
	assert_int_equal(scene->run.error.class, ERROR_CONFLICT);
}

/* --- results --- */

static void an_optional_step_that_is_refused_is_told_and_the_rest_goes_on(void **state)
{
	Scene *scene = *state;

	step_add(scene, (Step){.kind = STEP_ADD_ENTRY, .dn = "a", .is_optional = true});
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "b"});
	scene->fails = "add";
	assert_string_equal(play(scene), "add, modify, ");
	assert_false(scene->run.has_failed);
	assert_int_equal(scene->run.applied.n_failures, 1);
	assert_ptr_equal(scene->run.applied.refused[0], &scene->steps[0]);
	assert_int_equal(scene->run.applied.n_done, 1);
}

static void an_answer_that_says_nothing_stops_also_behind_an_optional_step(void **state)
{
	static const ErrorClass classes[] = {ERROR_UNREACHABLE, ERROR_STOPPED, ERROR_CONFLICT,
					     ERROR_BUSY};
	Scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		scene->plan.order.n_steps = 0;
		scene->wanted = (Buf)BUF_IN(scene->pool);
		step_add(scene, (Step){.kind = STEP_ADD_ENTRY, .dn = "a", .is_optional = true});
		step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "b"});
		scene->fails = "add";
		scene->class = classes[i];
		assert_string_equal(play(scene), "add, ");
		assert_int_equal(scene->run.error.class, classes[i]);
		assert_ptr_equal(scene->run.applied.stopped_at, &scene->steps[0]);
	}
}

static void what_slapd_could_not_save_stops_and_is_noted(void **state)
{
	Mod mods[] = {{.kind = MOD_DELETE, .attribute = "olcSyncrepl"},
		      {.kind = MOD_ADD, .attribute = "olcSyncrepl"},
		      {.kind = MOD_ADD, .attribute = "olcLimits"}};
	Scene *scene = *state;

	step_add(scene, (Step){.kind = STEP_MODIFY,
			       .dn = "a",
			       .mods = mods,
			       .n_mods = 3,
			       .is_optional = true});
	step_add(scene, (Step){.kind = STEP_MODIFY, .dn = "b"});
	scene->fails = "modify";
	scene->class = ERROR_UNSAVED;
	assert_string_equal(play(scene), "modify, ");
	assert_int_equal(scene->run.applied.n_unsaved, 2);
	assert_string_equal(scene->run.applied.unsaved[1].attribute, "olcLimits");
	assert_string_equal(scene->run.applied.unsaved[1].slapd_started, "20261122200000Z");
	assert_int_equal(scene->run.error.class, ERROR_UNSAVED);
	assert_non_null(strstr(scene->run.error.text, "Do not restart slapd before"));
}

static void what_slapd_was_seen_to_save_is_a_refusal_like_any_other(void **state)
{
	Scene *scene = *state;

	step_add(scene, (Step){.kind = STEP_ADD_ENTRY, .dn = "a"});
	scene->fails = "add";
	scene->class = ERROR_UNSAVED;
	scene->is_on_disk = true;
	(void)play(scene);
	assert_true(scene->run.has_failed);
	assert_int_equal(scene->run.applied.n_unsaved, 0);
	assert_string_equal(scene->run.error.text, "it fails");
}

/* --- an overlay that goes for contextCSN --- */

static void an_overlay_comes_back_when_contextcsn_does_not_appear(void **state)
{
	Scene *scene = *state;

	order_make(scene);
	assert_string_equal(play(scene), "delete, search, add surely, ");
	assert_true(scene->waited_msec >= 5000);
	assert_int_equal(scene->run.error.class, ERROR_REFUSED);
	assert_ptr_equal(scene->run.applied.stopped_at, &scene->steps[1]);
}

static void an_overlay_comes_back_when_the_program_is_to_end(void **state)
{
	Scene *scene = *state;

	order_make(scene);
	scene->fails = "wait 10";
	scene->class = ERROR_STOPPED;
	assert_string_equal(play(scene), "delete, search, add surely, ");
	assert_int_equal(scene->run.error.class, ERROR_STOPPED);
	assert_ptr_equal(scene->run.applied.stopped_at, &scene->steps[1]);
	assert_int_equal(scene->run.applied.n_done, 2);
}

static void an_overlay_that_does_not_come_back_is_told(void **state)
{
	Scene *scene = *state;

	order_make(scene);
	scene->fails = "add surely";
	(void)play(scene);
	assert_true(scene->run.has_failed);
	assert_int_equal(scene->run.applied.n_done, 1);
	assert_non_null(strstr(scene->run.error.text, "contextCSN of dc=x is not on disk"));
	assert_non_null(strstr(scene->run.error.text, "until it is there no peer reads from here"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(steps_are_sent_in_order),
		TEST(a_step_waits_until_slapd_counts_an_entry),
		TEST(where_slapd_counts_nothing_in_time_no_step_follows),
		TEST(the_server_id_is_not_sent_before_every_entry_is_covered),
		TEST(before_the_first_step_the_end_is_heard),
		TEST(behind_new_consumers_the_next_step_waits_for_them),
		TEST(new_consumers_at_work_hold_the_next_step_for_their_longest_timeout),
		TEST(while_an_index_is_built_nothing_is_written),
		TEST(an_optional_step_that_is_refused_is_told_and_the_rest_goes_on),
		TEST(an_answer_that_says_nothing_stops_also_behind_an_optional_step),
		TEST(what_slapd_could_not_save_stops_and_is_noted),
		TEST(what_slapd_was_seen_to_save_is_a_refusal_like_any_other),
		TEST(an_overlay_comes_back_when_contextcsn_does_not_appear),
		TEST(an_overlay_comes_back_when_the_program_is_to_end),
		TEST(an_overlay_that_does_not_come_back_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
