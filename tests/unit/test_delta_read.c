/* SPDX-License-Identifier: Apache-2.0 */
/* Which links read a log, and which the database. */
#include "tests/unit/delta_scene.h"

static void a_link_reads_the_log_when_it_is_shown(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	own_log_make(scene);
	assert_false(writes_links(scene));
	answer_make(scene, PROBE_UNKNOWN);
	assert_false(writes_links(scene));
	answer_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 1);
}

/* What it has now may still be older than the beginning of a log. */
static void who_was_closed_by_the_fence_reads_no_log(void **state)
{
	FenceRecord record = {.suffix = SUFFIX, .text = "", .is_closed = true};
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	own_log_make(scene);
	answer_make(scene, PROBE_GOOD);
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1};
	assert_false(writes_links(scene));
	record.is_closed = false;
	assert_true(writes_links(scene));
	scene->known.fence = (FenceRecords){0};
}

/* A log may begin behind what it says. */
static void who_lacks_what_the_provider_had_reads_no_log(void **state)
{
	static const char *theirs[] = {"20991231000000.000000Z#000000#002#000000"};
	Scene *scene = made_make(state, LOG_FOLDER_USED);
	Content *here = &scene->content.here;
	Probe *probe;

	provider_make(scene, "2");
	own_log_make(scene);
	answer_make(scene, PROBE_GOOD);
	probe = &scene->facts.probes->items[0].probe;
	probe->context_csns = theirs;
	probe->n_context_csns = 1;
	assert_false(writes_links(scene));
	assert_true(scene->plan.unknown.contents[0].catches_up);
	here->context_csns = theirs;
	here->n_context_csns = 1;
	assert_true(writes_links(scene));
	here->state = CONTENT_UNKNOWN;
	assert_false(writes_links(scene));
	here->state = CONTENT_READ;
}

static void who_writes_no_log_reads_none(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_MISSING);

	provider_make(scene, "");
	consumer_add(scene, 0, "peer2", 2, READS);
	answer_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	assert_null(strstr(scene->plan.order.steps[0].mods[1].values[0], "logbase"));
}

static void who_only_began_a_log_reads_none(void **state)
{
	Scene *scene = begun_make(state, "1");

	(void)beginner_make(scene);
	answer_make(scene, PROBE_GOOD);
	assert_false(writes_links(scene));
}

/* What one link gets in a refresh comes into this node's log, which others read. */
static void all_links_of_a_database_read_logs_or_none(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_BAD);
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_UNKNOWN);
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 2);
}

static void one_log_that_is_gone_has_all_links_read_databases(void **state)
{
	Scene *scene = three_make(state, READS);

	answers_make(scene, PROBE_GOOD);
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_UNKNOWN); /* which says nothing against it */
	assert_false(writes_links(scene));
	answers_make(scene, PROBE_BAD);
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_link_reads_the_log_when_it_is_shown),
		SCENE_TEST(who_was_closed_by_the_fence_reads_no_log),
		SCENE_TEST(who_lacks_what_the_provider_had_reads_no_log),
		SCENE_TEST(who_writes_no_log_reads_none),
		SCENE_TEST(who_only_began_a_log_reads_none),
		SCENE_TEST(all_links_of_a_database_read_logs_or_none),
		SCENE_TEST(one_log_that_is_gone_has_all_links_read_databases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
