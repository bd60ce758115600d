/* SPDX-License-Identifier: Apache-2.0 */
/* What a release of a guard lets pass where this node holds two databases. */
#include "tests/unit/order_scene.h"

#include "common/plan/plan_changes.h"

/* At the peer both are other ones. */
static void strangers_make(PlanScene *scene)
{
	scene->n_databases = 2;
	for (size_t i = 0; i < 2; i++)
		scene->peers[i].entry.uuid = "another";
}

static const Hold *hold_of(const PlanScene *scene, const char *suffix)
{
	return plan_hold_of(&scene->plan.held, suffix, GUARD_CONTENT);
}

static void a_release_that_names_no_database_lets_none_of_several_pass(void **state)
{
	PlanScene *scene = *state;

	strangers_make(scene);
	scene->options.consent.released = GUARD_BIT(GUARD_CONTENT);
	scene_plan(scene);
	assert_non_null(hold_of(scene, SCENE_SUFFIX));
	assert_non_null(hold_of(scene, SCENE_OTHER));
	assert_int_equal(scene->plan.held.unreleased, GUARD_BIT(GUARD_CONTENT));
	assert_string_equal(hold_of(scene, SCENE_OTHER)->release,
			    "syncward apply --release G10 --suffix dc=b");
}

static void a_release_is_of_the_database_that_it_names(void **state)
{
	PlanScene *scene = *state;

	strangers_make(scene);
	scene->options.consent.released = GUARD_BIT(GUARD_CONTENT);
	scene->options.consent.released_suffix = "DC=b";
	scene_plan(scene);
	assert_non_null(hold_of(scene, SCENE_SUFFIX));
	assert_null(hold_of(scene, SCENE_OTHER));
	assert_int_equal(scene->plan.held.unreleased, 0);
}

static void a_release_needs_no_name_where_it_holds_one_database(void **state)
{
	PlanScene *scene = *state;

	strangers_make(scene);
	scene->peers[1].entry.uuid = "uuid";
	scene->options.consent.released = GUARD_BIT(GUARD_CONTENT);
	scene_plan(scene);
	assert_null(hold_of(scene, SCENE_SUFFIX));
	assert_int_equal(scene->plan.held.unreleased, 0);
}

static void beside_no_other_database_the_command_names_none(void **state)
{
	PlanScene *scene = *state;

	strangers_make(scene);
	scene->n_databases = 1;
	scene_plan(scene);
	assert_string_equal(hold_of(scene, SCENE_SUFFIX)->release, "syncward apply --release G10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(a_release_that_names_no_database_lets_none_of_several_pass),
		PLAN_SCENE_TEST(a_release_is_of_the_database_that_it_names),
		PLAN_SCENE_TEST(a_release_needs_no_name_where_it_holds_one_database),
		PLAN_SCENE_TEST(beside_no_other_database_the_command_names_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
