/* SPDX-License-Identifier: Apache-2.0 */
/* What a node says of how it reads (olcRestrict at its log), and who hears it. */
#include "tests/unit/delta_scene.h"

static void who_reads_a_database_in_place_of_a_log_is_not_read_by_its_log(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_GOOD);
	assert_true(writes_links(scene));
	scene->facts.probes->items[0].probe.log_is_in_order = false;
	assert_false(writes_links(scene));
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 1);
	assert_false(scene->plan.unknown.links[0].can_wait);
}

static void who_reads_a_log_leaves_it_when_its_node_says_so_no_more(void **state)
{
	Scene *scene = three_make(state, READS);

	answers_make(scene, PROBE_GOOD);
	assert_false(writes_links(scene));
	scene->facts.probes->items[0].probe.log_is_in_order = false;
	assert_true(writes_links(scene));
	assert_int_equal(delta_count(scene), 0);
}

/* Or nobody would begin. */
static void what_others_say_is_not_asked_for_to_say_the_same(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_GOOD);
	scene->facts.probes->items[0].probe.log_is_in_order = false;
	assert_string_equal(word_step(scene), "add 1 of 1");
	answers_make(scene, PROBE_UNKNOWN);
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_BAD);
	assert_string_equal(word_step(scene), "");
}

static void before_a_link_reads_a_database_its_node_says_so(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_UNKNOWN); /* the link reads its log */
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_BAD);
	assert_string_equal(word_step(scene), "delete 1 of 3");
}

/* Peers read as the rootdn, from whom nothing can be hidden. */
static void unshuttable_make(Scene *scene)
{
	Entry *log = scene_entry(scene, LOG);

	for (size_t i = 0; i < log->n_attributes; i++)
		if (strcmp(log->attributes[i].name, "olcRootDN") == 0)
			log->attributes[i].values[0] = (Value){"cn=r," SUFFIX, 5 + strlen(SUFFIX)};
}

/* The first peer's log is shown, the second one's is gone; the word was taken back that long ago.
 */
static Scene *leaving_make(void **state, int64_t since_sec)
{
	Scene *scene = three_make(state, READS);

	unshuttable_make(scene);
	answers_make(scene, PROBE_BAD);
	value_add(scene, scene_entry(scene, LOG), "modifyTimestamp", "20261130120000Z");
	scene->facts.now_sec = 1796040000 + since_sec;
	return scene;
}

static void the_link_whose_log_is_gone_reads_nothing_while_this_nodes_log_may_be_read(void **state)
{
	Scene *scene = leaving_make(state, 1000);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(word_step(scene), "delete 1 of 2");
	assert_int_equal(delta_count(scene), 1);
	assert_true(finds(scene, "no-log", SEVERITY_WARNING));
	scene_entry(scene, "olcOverlay={1}accesslog," DATABASE)->n_attributes =
		1; /* nothing writes */
	assert_int_equal(delta_count(scene), 0);
}

static void it_reads_the_database_when_all_have_left_or_had_time_to(void **state)
{
	Scene *scene = leaving_make(state, 6);
	LinkProbe *first = &scene->facts.probes->items[0];

	assert_int_equal(delta_count(scene), 1);          /* it says still that it sees all logs */
	assert_int_equal(scene->plan.unknown.n_links, 2); /* so it is asked anew */
	assert_false(scene->plan.unknown.links[0].can_wait);
	first->probe.log_is_in_order = false;
	assert_int_equal(delta_count(scene), 0);
	first[1].probe.log_is_in_order = true; /* whose log lacks something may read here still */
	assert_int_equal(delta_count(scene), 1);
	first[1].probe.log_is_in_order = false;
	scene->facts.now_sec -= 4; /* the pass that says so no more may go on there */
	assert_int_equal(delta_count(scene), 1);
	first->probe.log_is_in_order = true;
	scene->facts.now_sec += 400;
	assert_int_equal(delta_count(scene), 0);
	scene->facts.now_sec -= 800; /* the clock was set back */
	assert_int_equal(delta_count(scene), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(who_reads_a_database_in_place_of_a_log_is_not_read_by_its_log),
		SCENE_TEST(who_reads_a_log_leaves_it_when_its_node_says_so_no_more),
		SCENE_TEST(what_others_say_is_not_asked_for_to_say_the_same),
		SCENE_TEST(before_a_link_reads_a_database_its_node_says_so),
		SCENE_TEST(
			the_link_whose_log_is_gone_reads_nothing_while_this_nodes_log_may_be_read),
		SCENE_TEST(it_reads_the_database_when_all_have_left_or_had_time_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
