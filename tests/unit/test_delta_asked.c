/* SPDX-License-Identifier: Apache-2.0 */
/* When peers are asked about their logs, and what an answer, or none, is worth. */
#include "tests/unit/delta_scene.h"

static void of_a_link_that_is_cut_it_is_asked_whether_its_log_is_closed(void **state)
{
	Scene *scene = three_make(state, READS);
	Tree *monitor = &scene->monitor;
	const char *connection[] = {"IP=127.0.0.1:1", ""};

	answers_make(scene, PROBE_GOOD);
	*monitor = (Tree){.entries = pool_alloc(scene->pool, 2 * sizeof(Entry)), .n_entries = 2};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	monitor->entries[1].dn = "cn=Consumer 002,cn=Database 1,cn=Databases,cn=Monitor";
	for (size_t i = 0; i < ARRAY_SIZE(connection); i++) {
		monitor->entries[1].n_attributes = 0;
		value_add(scene, &monitor->entries[1], "olmSRProviderURIList", "ldap://peer2");
		value_add(scene, &monitor->entries[1], "olmSRSyncPhase", "Persist");
		value_add(scene, &monitor->entries[1], "olmSRConnection", connection[i]);
		(void)steps(scene);
		assert_int_equal(scene->plan.unknown.n_links, i);
	}
}

static void of_a_peer_that_is_away_it_is_asked_soon_whether_it_has_its_log(void **state)
{
	Scene *scene = three_make(state, READS);
	LinkProbe *last;

	answers_make(scene, PROBE_UNKNOWN);
	(void)steps(scene);
	assert_true(scene->plan.unknown.links[0].can_wait);
	last = &scene->facts.probes->items[1];
	last->probe.steps[PROBE_SUFFIX] = PROBE_NOT_TRIED;
	last->probe.steps[PROBE_LOG] = PROBE_NOT_TRIED;
	last->probe.has_suffix = false;
	(void)steps(scene);
	assert_int_equal(scene->plan.unknown.n_links, 1);
	assert_false(scene->plan.unknown.links[0].can_wait);
}

/* A plan after what was written, or of a daemon that has just started. */
static void what_was_said_stays_while_nobody_asks_but_not_when_no_answer_comes(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(word_step(scene), "");
	answers_make(scene, PROBE_UNKNOWN);
	assert_string_equal(word_step(scene), "delete 1 of 2");
}

static void what_worked_once_is_no_proof_of_a_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);
	static KnownLink link = {.suffix = SUFFIX, .peer_id = 2};

	provider_make(scene, "2");
	own_log_make(scene);
	answer_make(scene, PROBE_UNKNOWN);
	link.identity = scene->facts.probes->items[0].identity;
	scene->known.peers.links = (KnownLinks){&link, 1};
	assert_false(writes_links(scene));
}

static void who_has_not_joined_reads_no_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	own_log_make(scene);
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcLastBind";
	answer_make(scene, PROBE_GOOD);
	assert_null(strstr(steps(scene), "replace olcSyncrepl"));
	assert_int_equal(scene->plan.n_breaches, 0);
}

static Scene *reading_make(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "");
	own_log_make(scene);
	consumer_add(scene, 0, "peer2", 2, READS);
	return scene;
}

static void a_link_goes_back_only_when_the_log_is_gone(void **state)
{
	Scene *scene = reading_make(state);

	assert_false(writes_links(scene));
	answer_make(scene, PROBE_UNKNOWN);
	assert_false(writes_links(scene));
	answer_make(scene, PROBE_BAD);
	assert_true(writes_links(scene));
	assert_null(strstr(scene->plan.order.steps[0].mods[1].values[0], "logbase"));
	assert_false(holds(scene, GUARD_PROBING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(what_worked_once_is_no_proof_of_a_log),
		SCENE_TEST(of_a_link_that_is_cut_it_is_asked_whether_its_log_is_closed),
		SCENE_TEST(of_a_peer_that_is_away_it_is_asked_soon_whether_it_has_its_log),
		SCENE_TEST(what_was_said_stays_while_nobody_asks_but_not_when_no_answer_comes),
		SCENE_TEST(who_has_not_joined_reads_no_log),
		SCENE_TEST(a_link_goes_back_only_when_the_log_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
