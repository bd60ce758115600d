/* SPDX-License-Identifier: Apache-2.0 */
/* Changes from the future, and entries without a stamp: what is told of them. */
#include "common/copy/stamps.h"

#include <stdio.h>

#include "tests/unit/plan_scene.h"

#define CSN_OF(time, sid) time ".000000Z#000000#" sid "#000000"
#define NOW               1782986400 /* 2026-07-02 10:00:00Z */

static bool tells(Scene *scene, const char *code)
{
	scene->plan = (Plan){0};
	assert_string_equal(plan_steps(scene), "");
	return finds(scene, code, SEVERITY_CRITICAL);
}

static void a_look_makes(Scene *scene, const char *latest)
{
	provider_make(scene, "23");
	scene->facts.now_sec = NOW;
	scene->content.old.is_known = true;
	snprintf(scene->content.old.latest, sizeof(scene->content.old.latest), "%s", latest);
}

static void a_context_csn_counts_as_ahead_after_a_minute(void **state)
{
	Scene *scene = *state;

	a_look_makes(scene, CSN_OF("20260702100101", "001"));
	assert_true(tells(scene, "ahead-of-time"));
	scene->facts.now_sec++;
	assert_false(tells(scene, "ahead-of-time"));
	scene->content.old.latest[0] = '\0';
	assert_false(tells(scene, "ahead-of-time"));
}

static void the_latest_is_chosen_by_time_not_by_server_id(void **state)
{
	static const char *const csns[] = {CSN_OF("20260702100000", "001"), "none",
					   CSN_OF("20260702120000", "002"),
					   CSN_OF("20260702110000", "fff")};

	(void)state;
	assert_ptr_equal(stamp_latest(csns, ARRAY_SIZE(csns)), csns[2]);
	assert_null(stamp_latest(csns, 0));
}

static void entries_without_a_stamp_are_told_where_they_were_seen(void **state)
{
	Scene *scene = *state;

	a_look_makes(scene, CSN_OF("20260702100000", "001"));
	assert_false(tells(scene, "unstamped-entries"));
	scene->content.old.n_unstamped = 2;
	assert_true(tells(scene, "unstamped-entries"));
	scene->content.old.is_known = false;
	assert_false(tells(scene, "unstamped-entries"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_context_csn_counts_as_ahead_after_a_minute),
		cmocka_unit_test(the_latest_is_chosen_by_time_not_by_server_id),
		SCENE_TEST(entries_without_a_stamp_are_told_where_they_were_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
