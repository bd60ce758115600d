/* SPDX-License-Identifier: Apache-2.0 */
/* What a release of a guard lets pass where this node holds two databases. */
#include "tests/unit/order_scene.h"

#include "common/plan/plan_changes.h"
#include "common/plan/release_line.h"
#include "common/plan/release_token.h"

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

/* --- a release that was printed --- */

static void give(PlanScene *scene, Guard guard, const char *token)
{
	const char **tokens = pool_alloc(scene->pool, GUARD_COUNT * sizeof(*tokens));

	tokens[guard] = token;
	scene->options.consent.released = GUARD_BIT(guard);
	scene->options.consent.tokens = tokens;
	scene_plan(scene);
}

static const char *token_of(const PlanScene *scene)
{
	return hold_of(scene, SCENE_SUFFIX)->token;
}

static void what_was_printed_ends_what_it_was_printed_for(void **state)
{
	PlanScene *scene = *state;
	const char *token;

	strangers_make(scene);
	scene->n_databases = 1;
	scene_plan(scene);
	token = token_of(scene);
	assert_string_equal(hold_release_line(scene->pool, hold_of(scene, SCENE_SUFFIX)),
			    pool_printf(scene->pool, "syncward apply --release G10=%s", token));
	give(scene, GUARD_CONTENT, token);
	assert_null(hold_of(scene, SCENE_SUFFIX));
	assert_int_equal(scene->plan.held.stale, 0);
}

static void what_was_printed_for_something_else_lets_nothing_pass(void **state)
{
	PlanScene *scene = *state;

	strangers_make(scene);
	scene_plan(scene);
	scene->options.consent.released_suffix = SCENE_SUFFIX;
	give(scene, GUARD_CONTENT, hold_of(scene, SCENE_OTHER)->token);
	assert_non_null(hold_of(scene, SCENE_SUFFIX));
	assert_non_null(hold_of(scene, SCENE_OTHER));
	assert_int_equal(scene->plan.held.stale, GUARD_BIT(GUARD_CONTENT));
	assert_int_equal(scene->plan.held.unreleased, 0);
}

static void of_two_databases_each_has_its_own(void **state)
{
	PlanScene *scene = *state;
	const char *token;

	strangers_make(scene);
	scene_plan(scene);
	token = hold_of(scene, SCENE_OTHER)->token;
	assert_string_not_equal(token, token_of(scene));
	assert_string_equal(
		hold_release_line(scene->pool, hold_of(scene, SCENE_OTHER)),
		pool_printf(scene->pool, "syncward apply --release G10=%s --suffix dc=b", token));
	scene->options.consent.released_suffix = SCENE_OTHER;
	give(scene, GUARD_CONTENT, token);
	assert_null(hold_of(scene, SCENE_OTHER));
	assert_non_null(hold_of(scene, SCENE_SUFFIX));
}

static const char *token_of_clock(PlanScene *scene, unsigned peer_id, long ahead_sec)
{
	scene->peers[0].has_clock = true;
	scene->peers[0].clock_ahead_sec = ahead_sec;
	scene->peers[0].server_id = (int)peer_id;
	scene_plan(scene);
	return release_token(scene->pool, &scene->plan, GUARD_IDENTITY, NULL);
}

/* A clock differs by other seconds each time that it is asked. */
static void how_many_seconds_there_are_by_now_makes_no_other_token(void **state)
{
	PlanScene *scene = *state;
	const char *token;

	scene->n_databases = 1;
	token = token_of_clock(scene, 2, 100);
	assert_non_null(token);
	assert_string_equal(token_of_clock(scene, 2, 102), token);
	assert_string_not_equal(token_of_clock(scene, 2, -100), token);
	assert_string_not_equal(token_of_clock(scene, 1, 100), token);
}

static const char *token_of_reason(PlanScene *scene, const char *text)
{
	Plan plan = {0};

	plan_add_hold(scene->pool, &plan,
		      (Hold){.guard = GUARD_READERS,
			     .text = text,
			     .release = "syncward apply --release G12"});
	return release_token(scene->pool, &plan, GUARD_READERS, NULL);
}

static void nor_do_entries_that_came_meanwhile(void **state)
{
	PlanScene *scene = *state;
	const char *token = token_of_reason(scene, "cn=a does not see 3 of 10345 entries");

	assert_string_equal(token_of_reason(scene, "cn=a does not see 4 of 10351 entries"), token);
	assert_string_not_equal(token_of_reason(scene, "cn=a2 does not see 3 of 10345 entries"),
				token_of_reason(scene, "cn=a3 does not see 3 of 10345 entries"));
	assert_string_not_equal(token_of_reason(scene, "under server ID 3, of peer 1"),
				token_of_reason(scene, "under server ID 4, of peer 1"));
}

static bool asks_coverage(const PlanScene *scene)
{
	const PlanNeeds *needs = &scene->plan.unknown;
	bool found = false;

	for (size_t i = 0; i < needs->n_contents; i++)
		found |= needs->contents[i].coverage;
	return found;
}

/* Whether the token is right is known when the peers were asked, and then there is no second
 * question: what the release itself needs to know is asked together with that. */
static void what_the_release_needs_is_asked_before_its_token_is_known_to_be_right(void **state)
{
	PlanScene *scene = *state;
	const char *token;

	scene_provides(scene, 0);
	scene->n_databases = 1;
	scene->content[0].here.entry.csn = SCENE_CSN("10", "007");
	scene->content[0].here.view.coverage = COPY_COVERAGE_NOT_ASKED;
	scene->databases[0].csn = scene->databases[0].peer_csn = SCENE_CSN("12", "007");
	scene_add(scene, scene->global, "olcServerID", "7");
	scene_plan(scene);
	assert_false(asks_coverage(scene));
	token = plan_hold_of(&scene->plan.held, NULL, GUARD_SERVER_ID)->token;
	give(scene, GUARD_SERVER_ID, "000000");
	assert_int_equal(scene->plan.held.stale, GUARD_BIT(GUARD_SERVER_ID));
	assert_true(asks_coverage(scene));
	give(scene, GUARD_SERVER_ID, token);
	assert_int_equal(scene->plan.held.stale, 0);
	assert_true(asks_coverage(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(a_release_that_names_no_database_lets_none_of_several_pass),
		PLAN_SCENE_TEST(a_release_is_of_the_database_that_it_names),
		PLAN_SCENE_TEST(a_release_needs_no_name_where_it_holds_one_database),
		PLAN_SCENE_TEST(beside_no_other_database_the_command_names_none),
		PLAN_SCENE_TEST(what_was_printed_ends_what_it_was_printed_for),
		PLAN_SCENE_TEST(what_was_printed_for_something_else_lets_nothing_pass),
		PLAN_SCENE_TEST(of_two_databases_each_has_its_own),
		PLAN_SCENE_TEST(how_many_seconds_there_are_by_now_makes_no_other_token),
		PLAN_SCENE_TEST(nor_do_entries_that_came_meanwhile),
		PLAN_SCENE_TEST(
			what_the_release_needs_is_asked_before_its_token_is_known_to_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
