/* SPDX-License-Identifier: Apache-2.0 */
/* The session log of syncprov: none by default, told where it loses changes, gone when it is safe.
 */
#include "tests/unit/order_scene.h"

#define REMOVES "{\"checkpoint\": \"100 10\", \"sessionlog\": false}"

static Entry *provider_with_log(PlanScene *scene)
{
	Entry *overlay = scene_provides(scene, 0);

	scene_add(scene, scene->global, "olcServerID", "1");
	scene_add(scene, overlay, "olcSpSessionlog", "1000");
	return overlay;
}

static void what_is_live_stays_and_is_critical_when_the_file_says_nothing(void **state)
{
	PlanScene *scene = *state;

	(void)provider_with_log(scene);
	assert_string_equal(scene_steps(scene), "");
	assert_int_equal(scene_finding(scene, "session-log")->severity, SEVERITY_CRITICAL);
	assert_non_null(
		strstr(scene_finding(scene, "session-log")->text, "\"syncprov\": " REMOVES));
}

static void a_number_in_the_file_still_works_and_is_told(void **state)
{
	PlanScene *scene = *state;

	(void)provider_with_log(scene);
	scene->databases[0].syncprov = "{\"sessionlog\": 500}";
	assert_string_equal(scene_steps(scene), "modify 'olcOverlay={0}syncprov," SCENE_DN
						"' (replace olcSpSessionlog)\n");
	assert_non_null(scene_finding(scene, "session-log"));
}

static void a_log_that_loses_nothing_is_not_told(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = provider_with_log(scene);
	Attribute *log = &overlay->attributes[overlay->n_attributes - 1];

	log->values[0].bytes = "0";
	assert_string_equal(scene_steps(scene), "");
	assert_null(scene_finding(scene, "session-log"));
	log->values[0].bytes = "1000";
	scene->live.version.is_known = true;
	scene_plan(scene);
	assert_null(scene_finding(scene, "session-log"));
	scene->live.version.is_2_5 = true;
	scene_plan(scene);
	assert_non_null(scene_finding(scene, "session-log"));
}

static void a_source_of_the_log_counts_as_one(void **state)
{
	PlanScene *scene = *state;

	scene_add(scene, scene->global, "olcServerID", "1");
	scene_add(scene, scene_provides(scene, 0), "olcSpSessionlogSource", "cn=log");
	assert_string_equal(scene_steps(scene), "");
	assert_int_equal(scene_finding(scene, "session-log")->severity, SEVERITY_CRITICAL);
	/* slapd may die of its removal. */
	scene->databases[0].syncprov = REMOVES;
	assert_string_equal(scene_steps(scene), "");
	assert_non_null(strstr(scene_finding(scene, "session-log")->text, "slapmodify -n 0"));
}

static void a_release_that_is_not_known_is_not_taken_for_an_old_one(void **state)
{
	PlanScene *scene = *state;

	scene_add(scene, scene->global, "olcServerID", "1");
	scene_reads(scene, 0);
	scene_add(scene, scene_overlay(scene, 0), "olcSpSessionlog", "1000");
	scene->options.multi_provider_attribute = NULL;
	scene_plan(scene);
	assert_true(scene->plan.unknown.multi_provider_name);
	assert_int_equal(scene_finding(scene, "session-log")->severity, SEVERITY_WARNING);
	scene->options.multi_provider_attribute = "olcMirrorMode";
	scene_plan(scene);
	assert_null(scene_finding(scene, "session-log"));
}

static void a_provider_that_reads_from_nobody_may_have_one(void **state)
{
	PlanScene *scene = *state;

	scene_add(scene, scene->global, "olcServerID", "1");
	scene_add(scene, scene_overlay(scene, 0), "olcSpSessionlog", "1000");
	scene_plan(scene);
	assert_null(scene_finding(scene, "session-log"));
}

static void it_goes_when_every_peer_is_in_step(void **state)
{
	PlanScene *scene = *state;

	(void)provider_with_log(scene);
	scene->databases[0].syncprov = REMOVES;
	assert_string_equal(scene_steps(scene), "modify 'olcOverlay={0}syncprov," SCENE_DN
						"' (delete olcSpSessionlog)\n");
	assert_int_equal(scene->plan.held.n_holds, 0);
}

static void it_stays_while_a_peer_is_behind_or_not_seen(void **state)
{
	PlanScene *scene = *state;

	(void)provider_with_log(scene);
	scene->databases[0].syncprov = REMOVES;
	scene->databases[0].peer_csn = SCENE_CSN("14", "002");
	assert_string_equal(scene_steps(scene), "");
	assert_non_null(strstr(scene_hold(scene, GUARD_SESSION_LOG)->text, "ldap://two"));
	scene->databases[0].peer_csn = SCENE_CSN("15", "002");
	scene->peers[0].state = CONTENT_UNREACHABLE;
	assert_string_equal(scene_steps(scene), "");
	scene->content[0].n_peers = 0;
	assert_string_equal(scene_steps(scene), "");
	assert_true(scene->plan.unknown.n_contents == 1 && scene->plan.unknown.contents[0].peers);
	scene->options.consent.released = GUARD_BIT(GUARD_SESSION_LOG);
	assert_string_not_equal(scene_steps(scene), "");
}

static void a_size_of_0_is_a_removal_too(void **state)
{
	PlanScene *scene = *state;

	(void)provider_with_log(scene);
	scene->databases[0].syncprov = "{\"sessionlog\": 0}";
	scene->databases[0].peer_csn = NULL;
	assert_string_equal(scene_steps(scene), "");
	assert_non_null(scene_hold(scene, GUARD_SESSION_LOG));
}

static void what_is_not_there_is_not_removed(void **state)
{
	PlanScene *scene = *state;

	scene_add(scene, scene->global, "olcServerID", "1");
	(void)scene_provides(scene, 0);
	scene->databases[0].syncprov = REMOVES;
	assert_string_equal(scene_steps(scene), "");
	assert_int_equal(scene->plan.n_findings + scene->plan.held.n_holds, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(what_is_live_stays_and_is_critical_when_the_file_says_nothing),
		PLAN_SCENE_TEST(a_number_in_the_file_still_works_and_is_told),
		PLAN_SCENE_TEST(a_log_that_loses_nothing_is_not_told),
		PLAN_SCENE_TEST(a_source_of_the_log_counts_as_one),
		PLAN_SCENE_TEST(a_release_that_is_not_known_is_not_taken_for_an_old_one),
		PLAN_SCENE_TEST(a_provider_that_reads_from_nobody_may_have_one),
		PLAN_SCENE_TEST(it_goes_when_every_peer_is_in_step),
		PLAN_SCENE_TEST(it_stays_while_a_peer_is_behind_or_not_seen),
		PLAN_SCENE_TEST(a_size_of_0_is_a_removal_too),
		PLAN_SCENE_TEST(what_is_not_there_is_not_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
