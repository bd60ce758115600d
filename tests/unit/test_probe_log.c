/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer's answers say of the log that a delta-syncrepl link reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/probe/probe_read.h"

#define CSN   "20261122101500.000000Z#000000#002#000000"
#define OLDER "20261122101459.000000Z#000000#002#000000"
#define OTHER "20261122101500.000000Z#000000#003#000000"

/* A log that has a change and all that its database has. */
typedef struct Scene {
	Pool *pool;
	Tree sync, root, changes;
	ProbeLog log;
	Probe probe;
} Scene;

static int scene_make(void **state)
{
	static Scene scene;
	static const char *csns[] = {CSN};
	static const char *const types[] = {"reqDN", "reqType", "reqMod", "entryCSN"};
	Entry *entry;

	scene = (Scene){.pool = pool_new()};
	scene.probe = (Probe){
		.uri = "ldap://a", .suffix = "dc=x", .context_csns = csns, .n_context_csns = 1};
	(void)tree_add_entry(scene.pool, &scene.sync, "cn=log");
	entry = tree_add_entry(scene.pool, &scene.root, "cn=log");
	entry_add_value(scene.pool, entry, "contextCSN", CSN, strlen(CSN));
	entry = tree_add_entry(scene.pool, &scene.changes, "reqStart=1,cn=log");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		entry_add_attribute(scene.pool, entry, types[i], NULL);
	scene.log = (ProbeLog){.base = "cn=log",
			       .is_accesslog = true,
			       .sync = {.text = "", .entries = &scene.sync},
			       .root = {.text = "", .entries = &scene.root},
			       .changes = {.text = "", .entries = &scene.changes}};
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

static ProbeLogOutcome outcome(Scene *scene)
{
	scene->probe.n_faults = 0;
	scene->probe.steps[PROBE_LOG] = PROBE_NOT_TRIED;
	probe_take_log(scene->pool, &scene->probe, &scene->log);
	assert_int_equal(probe_log(&scene->probe) == PROBE_LOG_MISSING,
			 probe_log_fault(&scene->probe) != NULL);
	return probe_log(&scene->probe);
}

static void what_is_there_and_keeps_up_is_shown(void **state)
{
	assert_int_equal(outcome(*state), PROBE_LOG_SHOWN);
}

static void who_was_never_asked_shows_nothing(void **state)
{
	const Probe probe = {.uri = "ldap://a"};

	(void)state;
	assert_int_equal(probe_log(&probe), PROBE_LOG_NOT_KNOWN);
}

static void a_log_that_is_not_there_or_has_no_syncprov_is_missing(void **state)
{
	Scene *scene = *state;

	scene->log.sync.code = 12;
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
	scene->log.sync.code = 32;
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
	scene->log.sync.code = 0;
	scene->sync.n_entries = 0; /* hidden */
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
}

static void minimum_add(Scene *scene, const char *csn)
{
	entry_add_value(scene->pool, &scene->root.entries[0], "minCSN", csn, strlen(csn));
}

static void a_log_that_begins_twice_with_a_server_is_none(void **state)
{
	Scene *scene = *state;

	minimum_add(scene, CSN);
	assert_int_equal(outcome(scene), PROBE_LOG_SHOWN);
	minimum_add(scene, OTHER);
	assert_int_equal(outcome(scene), PROBE_LOG_SHOWN);
	minimum_add(scene, OLDER);
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
}

static void a_busy_peer_says_nothing_of_its_log(void **state)
{
	Scene *scene = *state;

	scene->log.sync.code = 51;
	assert_int_equal(outcome(scene), PROBE_LOG_NOT_KNOWN);
	assert_true(probe_has_fault(&scene->probe, PROBE_BUSY));
}

static void a_log_that_lacks_what_its_database_has_is_missing(void **state)
{
	Scene *scene = *state;
	Entry *entry = &scene->root.entries[0];

	entry->attributes[0].values[0].bytes = OLDER;
	assert_true(probe_log_is_behind(&scene->probe, &scene->log));
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
	entry->attributes[0].values[0].bytes = OTHER; /* nothing of a server ID */
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
	entry->attributes[0].values[0].bytes = CSN;
	assert_false(probe_log_is_behind(&scene->probe, &scene->log));
}

static void a_log_that_shows_no_change_or_no_csn_is_not_known(void **state)
{
	Scene *scene = *state;

	scene->changes.n_entries = 0;
	assert_int_equal(outcome(scene), PROBE_LOG_NOT_KNOWN);
	scene->changes.n_entries = 1;
	scene->root.n_entries = 0;
	assert_int_equal(outcome(scene), PROBE_LOG_NOT_KNOWN);
	scene->root.n_entries = 1;
	scene->probe.n_context_csns = 0;
	assert_int_equal(outcome(scene), PROBE_LOG_NOT_KNOWN);
}

/* A peer closes its log between the questions of one probe: the answer holds nothing at all. */
static void a_log_whose_suffix_entry_is_hidden_meanwhile_is_not_known(void **state)
{
	Scene *scene = *state;

	scene->root = (Tree){0};
	assert_int_equal(outcome(scene), PROBE_LOG_NOT_KNOWN);
}

static void changes_without_what_a_consumer_needs_of_each_are_no_log(void **state)
{
	Scene *scene = *state;

	scene->changes.entries[0].attributes[2].name = "reqOld";
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
	assert_non_null(strstr(probe_log_fault(&scene->probe), "reqMod"));
}

static void a_sample_that_our_own_limit_ends_is_one(void **state)
{
	Scene *scene = *state;

	scene->log.changes.code = 4;
	assert_int_equal(outcome(scene), PROBE_LOG_SHOWN);
	scene->log.changes.code = 50;
	assert_int_equal(outcome(scene), PROBE_LOG_MISSING);
}

static void the_oldest_change_that_a_log_shows_is_told(void **state)
{
	Scene *scene = *state;

	(void)outcome(scene);
	assert_int_equal(scene->probe.log_oldest_sec, 0); /* its name tells no time */
	(void)tree_add_entry(scene->pool, &scene->changes,
			     "reqStart=20260701100005.000001Z,cn=log");
	(void)tree_add_entry(scene->pool, &scene->changes,
			     "reqStart=20260701100000.000000Z,cn=log");
	(void)outcome(scene);
	assert_int_equal(scene->probe.log_oldest_sec, 1782900000);
	scene->changes.n_entries = 0;
	(void)outcome(scene);
	assert_int_equal(scene->probe.log_oldest_sec, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

static void who_compares_nothing_in_a_log_says_that_it_is_in_order(void **state)
{
	static const struct {
		int log, here;
		bool is_said, is_mute;
	} cases[] = {
		{53, 5, true, false},  {53, 6, true, false},  {53, 50, true, false},
		{5, 5, false, false},  {32, 5, false, false}, {53, 53, false, true}, /* nowhere */
		{53, -1, false, true}, {-1, 5, false, true},
	};
	Scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		scene->log.compared = cases[i].log;
		scene->log.compared_here = cases[i].here;
		(void)outcome(scene);
		assert_int_equal(scene->probe.log_is_in_order, cases[i].is_said);
		assert_int_equal(scene->probe.log_is_mute, cases[i].is_mute);
	}
}

static void who_searches_nothing_in_a_log_has_closed_it_unless_it_compares_nothing_there_either(
	void **state)
{
	static const struct {
		int searched, compared, here;
		ProbeLogOutcome outcome;
	} cases[] = {
		{53, 5, 5, PROBE_LOG_CLOSED},   {53, 50, 5, PROBE_LOG_CLOSED},
		{53, 53, 5, PROBE_LOG_MISSING}, {32, 5, 5, PROBE_LOG_MISSING},
		{53, 53, 53, PROBE_LOG_CLOSED}, {32, 53, 53, PROBE_LOG_MISSING}, /* nowhere */
		{53, -1, 5, PROBE_LOG_CLOSED},  {53, 53, -1, PROBE_LOG_CLOSED},
	};
	Scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		scene->probe.n_faults = 0;
		scene->log.sync.code = cases[i].searched;
		scene->log.compared = cases[i].compared;
		scene->log.compared_here = cases[i].here;
		assert_int_equal(outcome(scene), cases[i].outcome);
		/* Whoever closed its log reads none, whatever it says. */
		assert_false(scene->probe.log_is_closed && scene->probe.log_is_mute);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_there_and_keeps_up_is_shown),
		TEST(who_compares_nothing_in_a_log_says_that_it_is_in_order),
		TEST(who_searches_nothing_in_a_log_has_closed_it_unless_it_compares_nothing_there_either),
		TEST(who_was_never_asked_shows_nothing),
		TEST(a_log_that_is_not_there_or_has_no_syncprov_is_missing),
		TEST(a_busy_peer_says_nothing_of_its_log),
		TEST(a_log_that_begins_twice_with_a_server_is_none),
		TEST(a_log_that_lacks_what_its_database_has_is_missing),
		TEST(a_log_that_shows_no_change_or_no_csn_is_not_known),
		TEST(a_log_whose_suffix_entry_is_hidden_meanwhile_is_not_known),
		TEST(changes_without_what_a_consumer_needs_of_each_are_no_log),
		TEST(a_sample_that_our_own_limit_ends_is_one),
		TEST(the_oldest_change_that_a_log_shows_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
