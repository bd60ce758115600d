/* SPDX-License-Identifier: Apache-2.0 */
/* What a node takes away when it leaves. */
#include "tests/unit/plan_scene.h"

#include "common/access/limits.h"
#include "common/leaving/leaving.h"
#include "common/leaving/leaving_readers.h"

static const LiveVersion v2_5 = {.is_known = true, .is_2_5 = true};

/* The overlay is deleted, behind everything else of its database. */
static bool takes_overlay(Scene *scene, LiveVersion version)
{
	Plan plan = {0};
	Leaving leaving;
	bool takes = false;

	scene_read(scene);
	scene->live.version = version;
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	leave_end(scene->pool, &leaving, &scene->input.desired->policy, &plan);
	leave_end_overlays(scene->pool, &leaving, &scene->input.desired->policy, &plan);
	for (size_t i = 0; i < plan.order.n_steps; i++) {
		assert_false(takes);
		takes = plan.order.steps[i].kind == STEP_DELETE_ENTRY;
		if (takes)
			assert_string_equal(plan.order.steps[i].dn, scene->config.entries[2].dn);
	}
	return takes;
}

static void the_overlay_goes_so_that_nobody_reads_what_it_reads_first_when_it_comes_back(
	void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	assert_true(takes_overlay(scene, v2_5));
}

static void on_2_4_it_stays(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	assert_false(takes_overlay(scene, (LiveVersion){.is_known = true}));
}

static void beside_a_provider_that_is_kept_it_stays(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->policy = "{\"keep\": [\"ldap://peer2\"]}";
	assert_false(takes_overlay(scene, v2_5));
}

/* `leave` ended between the links and the overlay. */
static void half_done_make(Scene *scene)
{
	static LeftDatabase left = {.suffix = SUFFIX, .was_closed = true};

	value_add(scene, scene->database, "olcReadOnly", "TRUE");
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].values[0] = (Value){"FALSE", 5};
	scene->known.leave.databases = &left;
	scene->known.leave.n_databases = 1;
}

static void one_that_was_interrupted_takes_it_when_it_is_run_again(void **state)
{
	Scene *scene = *state;
	Leaving leaving;

	provider_make(scene, "");
	half_done_make(scene);
	assert_true(takes_overlay(scene, v2_5));
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	assert_true(leaving.databases[0].is_half_done);
	assert_false(leave_readers(scene->pool, scene->input.desired, scene->wanted.self, &leaving)
			     .may_part);
}

static void a_database_that_did_not_leave_and_reads_nobody_keeps_it(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "");
	half_done_make(scene);
	scene->known.leave.n_databases = 0;
	assert_false(takes_overlay(scene, v2_5));
}

static void beneath_those_that_read_it_stays(void **state)
{
	Scene *scene = *state;
	Leaving leaving;

	provider_make(scene, "23");
	assert_true(takes_overlay(scene, v2_5));
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	assert_true(leave_takes_overlays(&leaving));
	leave_keep_overlays(&leaving);
	assert_false(leave_takes_overlays(&leaving));
	assert_true(leaving.keeps_read_overlay);
	assert_int_equal(leaving.n_databases, 1);
}

static void then_nothing_is_left_of_one_that_was_interrupted(void **state)
{
	Scene *scene = *state;
	Leaving leaving;

	provider_make(scene, "");
	half_done_make(scene);
	assert_true(takes_overlay(scene, v2_5));
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	assert_true(leave_readers(scene->pool, scene->input.desired, scene->wanted.self, &leaving)
			    .n_dns > 0);
	leave_keep_overlays(&leaving);
	assert_int_equal(leaving.n_databases, 0);
}

static void one_that_still_reads_is_not_half_done(void **state)
{
	Scene *scene = *state;
	Leaving leaving;

	provider_make(scene, "23");
	half_done_make(scene);
	assert_true(takes_overlay(scene, v2_5));
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	assert_false(leaving.databases[0].is_half_done);
}

/* What syncward shut goes with the links, wherever it stands; the limits of others stay. */
static void one_that_was_shut_is_open_to_those_that_still_read(void **state)
{
	static const char *const mine = "dn.exact=\"cn=mine\" size=7";
	Scene *scene = *state;
	const char *shuts = limits_shut_print(scene->pool, "cn=reader," SUFFIX);
	Plan plan = {0};
	Leaving leaving;
	const Step *step;

	provider_make(scene, "23");
	value_add(scene, scene->database, "olcLimits", pool_printf(scene->pool, "{0}%s", shuts));
	value_add(scene, scene->database, "olcLimits", pool_printf(scene->pool, "{1}%s", mine));
	value_add(scene, scene->database, "olcLimits", pool_printf(scene->pool, "{2}%s", shuts));
	scene_read(scene);
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	leave_end(scene->pool, &leaving, &scene->input.desired->policy, &plan);
	assert_int_equal(plan.order.n_steps, 1);
	step = &plan.order.steps[0];
	assert_string_equal(step->mods[step->n_mods - 2].attribute, "olcLimits");
	assert_int_equal(step->mods[step->n_mods - 2].kind, MOD_DELETE);
	assert_int_equal(step->mods[step->n_mods - 2].n_values, 4); /* that of the scene, too */
	assert_int_equal(step->mods[step->n_mods - 1].kind, MOD_REPLACE);
	assert_int_equal(step->mods[step->n_mods - 1].n_values, 2);
	assert_string_equal(step->mods[step->n_mods - 1].values[1], mine);
}

static void limits_of_others_are_not_written(void **state)
{
	Scene *scene = *state;
	Plan plan = {0};
	Leaving leaving;

	provider_make(scene, "23");
	value_add(scene, scene->database, "olcLimits", "{0}dn.exact=\"cn=mine\" size=7");
	scene_read(scene);
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	leave_end(scene->pool, &leaving, &scene->input.desired->policy, &plan);
	for (size_t i = 0; i < plan.order.steps[0].n_mods; i++)
		assert_string_not_equal(plan.order.steps[0].mods[i].attribute, "olcLimits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(
			the_overlay_goes_so_that_nobody_reads_what_it_reads_first_when_it_comes_back),
		SCENE_TEST(on_2_4_it_stays),
		SCENE_TEST(beside_a_provider_that_is_kept_it_stays),
		SCENE_TEST(one_that_was_interrupted_takes_it_when_it_is_run_again),
		SCENE_TEST(a_database_that_did_not_leave_and_reads_nobody_keeps_it),
		SCENE_TEST(beneath_those_that_read_it_stays),
		SCENE_TEST(then_nothing_is_left_of_one_that_was_interrupted),
		SCENE_TEST(one_that_still_reads_is_not_half_done),
		SCENE_TEST(one_that_was_shut_is_open_to_those_that_still_read),
		SCENE_TEST(limits_of_others_are_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
