/* SPDX-License-Identifier: Apache-2.0 */
/* Databases to which syncward writes nothing, and whose changes the server ID marks all the same.
 */
#include "tests/unit/order_scene.h"

#define SERVER_ID "modify 'cn=config' (replace olcServerID)\n"

/* peers.json lists dc=a, which needs nothing but the server ID; dc=b is somebody else's, and read
 * here. */
static Entry *others_make(PlanScene *scene)
{
	(void)scene_provides(scene, 0);
	return scene_overlay(scene, 1);
}

static void live_id(PlanScene *scene, const char *id)
{
	scene_add(scene, scene->global, "olcServerID", id);
}

static bool writes_server_id(PlanScene *scene)
{
	return strcmp(scene_steps(scene), SERVER_ID) == 0;
}

static void assert_held(PlanScene *scene, Guard guard, const char *part)
{
	const Hold *hold;

	assert_false(writes_server_id(scene));
	hold = scene_hold(scene, guard);
	assert_non_null(hold);
	if (!strstr(hold->text, part))
		assert_string_equal(hold->text, part);
	assert_null(hold->suffix); /* else the plan would not show it */
}

static void what_nobody_replicates_is_nobodys_business(void **state)
{
	PlanScene *scene = *state;

	(void)scene_provides(scene, 0);
	live_id(scene, "5");
	scene->databases[1].csn = SCENE_CSN("15", "005");
	scene->content[1].here.state = CONTENT_DENIED;
	assert_true(writes_server_id(scene));
}

static void a_database_that_is_not_listed_holds_the_id_it_was_written_under(void **state)
{
	PlanScene *scene = *state;

	(void)others_make(scene);
	live_id(scene, "5");
	assert_true(writes_server_id(scene));
	scene->databases[1].csn = SCENE_CSN("15", "005");
	assert_held(scene, GUARD_SERVER_ID,
		    "from 5 to 1, but dc=b, which peers.json does not list, carries changes made "
		    "under 5");
	scene->options.consent.released = GUARD_BIT(GUARD_SERVER_ID) | GUARD_BIT(GUARD_ORDER);
	assert_true(writes_server_id(scene));
	/* Its suffix entry tells as much. */
	scene->options.consent.released = 0;
	scene->databases[1].csn = NULL;
	scene->content[1].here.entry.csn = SCENE_CSN("10", "005");
	assert_held(scene, GUARD_SERVER_ID, "made under 5");
}

static void it_need_not_have_syncprov_for_that(void **state)
{
	PlanScene *scene = *state;

	(void)scene_provides(scene, 0);
	scene_reads(scene, 1);
	live_id(scene, "5");
	assert_true(writes_server_id(scene));
	scene->databases[1].csn = SCENE_CSN("15", "005");
	assert_held(scene, GUARD_SERVER_ID, "made under 5");
}

static void the_new_id_may_be_another_servers_there(void **state)
{
	PlanScene *scene = *state;

	(void)others_make(scene);
	scene->databases[1].csn = SCENE_CSN("15", "001");
	assert_held(scene, GUARD_SERVER_ID, "another server makes them");
}

static void what_was_not_seen_of_it_is_not_known(void **state)
{
	PlanScene *scene = *state;

	(void)others_make(scene);
	live_id(scene, "5");
	scene->content[1].here = (Content){.state = CONTENT_DENIED, .problem = "refused"};
	assert_held(scene, GUARD_SERVER_ID, "is not known: refused");
	scene->options.consent.released = GUARD_BIT(GUARD_SERVER_ID);
	assert_held(scene, GUARD_ORDER, "is not known: refused");
	scene->options.consent.released = 0;
	scene->content[1].here = (Content){.state = CONTENT_UNKNOWN};
	assert_false(writes_server_id(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_null(scene->plan.unknown.contents[0].database);
	assert_string_equal(scene->plan.unknown.contents[0].suffix, "dc=b");
	assert_true(scene->plan.unknown.contents[0].coverage);
}

static void its_context_csn_is_on_disk_before_the_id_changes(void **state)
{
	PlanScene *scene = *state;

	(void)others_make(scene);
	scene->live.start_time = "20261122101200Z";
	scene->databases[1].csn = SCENE_CSN("15", "000");
	assert_held(scene, GUARD_ORDER, "waits for contextCSN of dc=b");
	assert_string_equal(scene->plan.held.holds[0].release, "syncward apply");
	/* slapd was restarted since. */
	scene->live.start_time = "20261122101600Z";
	assert_true(writes_server_id(scene));
	assert_int_equal(scene->plan.order.n_covered, 1);
	assert_string_equal(scene->plan.order.covered[0], "dc=b");
	scene->content[1].here.view.coverage = COPY_HAS_NEWER;
	assert_held(scene, GUARD_ORDER, "after the next change there");
	scene->content[1].here.entry.exists = false;
	assert_true(writes_server_id(scene));
}

static void a_listed_database_that_is_refused_counts_as_well(void **state)
{
	PlanScene *scene = *state;

	(void)others_make(scene);
	scene->n_databases = 2;
	scene_add(scene, scene->databases[1].entry, "olcSubordinate", "TRUE");
	scene->live.start_time = "20261122101200Z";
	scene->databases[1].csn = SCENE_CSN("15", "000");
	assert_false(writes_server_id(scene));
	assert_non_null(scene_hold(scene, GUARD_ORDER));
	assert_non_null(
		strstr(scene_hold(scene, GUARD_ORDER)->text, "dc=b, which is glued to a superior"));
}

static void of_a_log_of_changes_nobody_keeps_a_copy(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = others_make(scene);

	scene->databases[1].csn = SCENE_CSN("15", "000");
	assert_false(writes_server_id(scene));
	scene_add(scene, overlay, "olcSpNoPresent", "TRUE");
	scene_add(scene, overlay, "olcSpReloadHint", "TRUE");
	assert_true(writes_server_id(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(what_nobody_replicates_is_nobodys_business),
		PLAN_SCENE_TEST(a_database_that_is_not_listed_holds_the_id_it_was_written_under),
		PLAN_SCENE_TEST(it_need_not_have_syncprov_for_that),
		PLAN_SCENE_TEST(the_new_id_may_be_another_servers_there),
		PLAN_SCENE_TEST(what_was_not_seen_of_it_is_not_known),
		PLAN_SCENE_TEST(its_context_csn_is_on_disk_before_the_id_changes),
		PLAN_SCENE_TEST(a_listed_database_that_is_refused_counts_as_well),
		PLAN_SCENE_TEST(of_a_log_of_changes_nobody_keeps_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
