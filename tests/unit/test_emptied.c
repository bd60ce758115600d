/* SPDX-License-Identifier: Apache-2.0 */
/* A provider that was emptied stays open to clients: it is told. */
#include "tests/unit/plan_scene.h"

#define CODE "empty"

static bool is_told(Scene *scene)
{
	scene->plan = (Plan){0};
	assert_string_equal(plan_steps(scene), "");
	return finds(scene, CODE, SEVERITY_CRITICAL);
}

static void emptied_make(Scene *scene)
{
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	scene->content.glance = (Content){.state = CONTENT_READ};
}

static void an_established_provider_without_entries_is_told(void **state)
{
	Scene *scene = *state;

	emptied_make(scene);
	assert_true(is_told(scene));
	scene->content.glance = scene->content.here;
	assert_false(is_told(scene));
	/* It reads anew already, which writes contextCSN at its end. */
	scene->content.glance.n_context_csns = 0;
	assert_true(is_told(scene));
}

static void what_was_not_seen_is_not_taken_for_empty(void **state)
{
	Scene *scene = *state;

	emptied_make(scene);
	scene->content.glance.state = CONTENT_DENIED;
	assert_false(is_told(scene));
	scene->content.glance.state = CONTENT_UNKNOWN;
	assert_false(is_told(scene));
}

static void what_was_never_complete_or_is_closed_is_not_told(void **state)
{
	Scene *scene = *state;
	FenceRecord closed = {.suffix = SUFFIX, .is_closed = true};

	emptied_make(scene);
	scene->known_database.is_complete = false;
	assert_false(is_told(scene));
	scene->known_database.is_complete = true;
	assert_true(is_told(scene));
	scene->known.fence = (FenceRecords){.items = &closed, .n_items = 1};
	(void)plan_steps(scene);
	assert_false(finds(scene, CODE, SEVERITY_CRITICAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(an_established_provider_without_entries_is_told),
		SCENE_TEST(what_was_not_seen_is_not_taken_for_empty),
		SCENE_TEST(what_was_never_complete_or_is_closed_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
