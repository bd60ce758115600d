/* SPDX-License-Identifier: Apache-2.0 */
/* What the fence could not close is told until somebody looked into it, and closed late. */
#include "tests/unit/plan_scene.h"

#include "common/remember/memory_after.h"

#define CODE   "unfenced"
#define CLOSES "modify '" DATABASE "' (replace olcReadOnly)\n"

static const char *was_here[] = {"20261123065500.000000Z#000000#001#000000"};
static const char *is_here[] = {"20261123060000.000000Z#000000#001#000000"};

typedef struct Unclosed {
	FenceRecord record;
	LastSeen seen;
} Unclosed;

/* slapd runs on a copy of 06:00, and it had one of 06:55. */
static void unclosed_make(Scene *scene, Unclosed *unclosed)
{
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	*unclosed = (Unclosed){
		.record = {.suffix = SUFFIX,
			   .verdict = FENCE_OLDER,
			   .text = "it lacks changes",
			   .is_unclosed = true},
		.seen = {.suffix = SUFFIX, .csns = was_here, .n_csns = 1},
	};
	scene->known.fence = (FenceRecords){.items = &unclosed->record, .n_items = 1};
	scene->known.seen = (LastSeenAll){.items = &unclosed->seen, .n_items = 1, .node = 1};
	scene->content.glance = scene->content.here;
	scene->content.glance.context_csns = is_here;
	scene->content.glance.n_context_csns = 1;
}

/* The finding is there; true when the plan closes the database too. */
static bool is_closed(Scene *scene)
{
	const char *steps;

	scene->plan = (Plan){0};
	steps = plan_steps(scene);
	assert_true(finds(scene, CODE, SEVERITY_CRITICAL));
	assert_true(!*steps || strcmp(steps, CLOSES) == 0);
	return *steps;
}

static void what_still_lacks_what_was_here_is_closed_late(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;

	unclosed_make(scene, &unclosed);
	assert_true(is_closed(scene));
	scene->content.glance.n_context_csns = 0; /* and only one change closes it */
	assert_true(is_closed(scene));
}

static void it_is_told_also_where_nothing_shows_it_any_more(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;

	unclosed_make(scene, &unclosed);
	scene->content.glance.context_csns = was_here;
	assert_false(is_closed(scene));
	scene->content.glance.state = CONTENT_UNKNOWN; /* what was not seen closes nothing */
	assert_false(is_closed(scene));
}

/* Nothing closes it by itself then, so that it is reported as empty, too. */
static void where_the_daemon_only_reports_nothing_says_that_it_is_closed(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;

	unclosed_make(scene, &unclosed);
	scene->content.glance.n_context_csns = 0;
	scene->policy = "{\"mode\": \"audit\"}";
	assert_true(is_closed(scene)); /* one change, whoever applies it */
	assert_true(finds(scene, "empty", SEVERITY_CRITICAL));
	scene->policy = "{\"mode\": \"enforce\"}";
	assert_true(is_closed(scene));
	assert_false(finds(scene, "empty", SEVERITY_CRITICAL));
}

static void what_was_opened_is_not_closed_once_more(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;

	unclosed_make(scene, &unclosed);
	unclosed.record.is_of_daemon = true;
	assert_false(is_closed(scene));
}

static void a_persons_resume_ends_it(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;
	FenceRecord before;
	FenceRecords others;

	unclosed_make(scene, &unclosed);
	before = unclosed.record;
	others = (FenceRecords){.items = &before, .n_items = 1};
	assert_true(fence_doubts_end(&scene->known.fence));
	assert_false(fence_records_equal(&scene->known.fence, &others));
	assert_false(fence_doubts_end(&scene->known.fence));
	scene->plan = (Plan){0};
	assert_string_equal(plan_steps(scene), "");
	assert_false(finds(scene, CODE, SEVERITY_CRITICAL));
}

static void what_the_fence_could_not_tell_is_reported_until_a_person_resumes(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;

	unclosed_make(scene, &unclosed);
	unclosed.record.is_unclosed = false;
	unclosed.record.verdict = FENCE_NOT_KNOWN;
	scene->plan = (Plan){0};
	assert_string_equal(plan_steps(scene), "");
	assert_true(finds(scene, "fence-unknown", SEVERITY_WARNING));
	unclosed.record.text = ""; /* it did not look */
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_false(finds(scene, "fence-unknown", SEVERITY_WARNING));
	unclosed.record.text = "why";
	assert_true(fence_doubts_end(&scene->known.fence));
	assert_false(fence_doubts_end(&scene->known.fence));
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_false(finds(scene, "fence-unknown", SEVERITY_WARNING));
}

/* --- what is remembered --- */

static void it_is_remembered_while_the_daemon_closes_and_opens_it(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;
	const FenceRecord *record;

	unclosed_make(scene, &unclosed);
	assert_true(is_closed(scene));
	memory_closing(scene->pool, &scene->plan, &scene->known);
	record = fence_record(&scene->known.fence, SUFFIX);
	assert_true(record->is_unclosed && record->is_closing && record->is_of_daemon);
	assert_int_equal(record->verdict, FENCE_OLDER);
	assert_string_equal(record->text, "it lacks changes");
	scene->known.fence.items[0].is_closing = false;
	scene->known.fence.items[0].is_closed = true;
	assert_true(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
	record = fence_record(&scene->known.fence, SUFFIX);
	assert_true(record && record->is_unclosed);
	assert_false(record->is_closed || fence_verdict_closes(record->verdict));
	assert_false(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
}

/* systemd ends a fence that takes too long, and starts slapd. */
static void what_a_fence_that_was_cut_off_left_open_is_told(void **state)
{
	Scene *scene = *state;
	Unclosed unclosed;

	unclosed_make(scene, &unclosed);
	unclosed.record.is_unclosed = false;
	unclosed.record.is_closing = true;
	(void)plan_steps(scene);
	assert_true(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
	assert_true(is_closed(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(what_still_lacks_what_was_here_is_closed_late),
		SCENE_TEST(it_is_told_also_where_nothing_shows_it_any_more),
		SCENE_TEST(where_the_daemon_only_reports_nothing_says_that_it_is_closed),
		SCENE_TEST(what_was_opened_is_not_closed_once_more),
		SCENE_TEST(a_persons_resume_ends_it),
		SCENE_TEST(what_the_fence_could_not_tell_is_reported_until_a_person_resumes),
		SCENE_TEST(it_is_remembered_while_the_daemon_closes_and_opens_it),
		SCENE_TEST(what_a_fence_that_was_cut_off_left_open_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
