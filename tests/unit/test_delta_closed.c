/* SPDX-License-Identifier: Apache-2.0 */
/* A log that is closed, and shut, before its node reads databases; and opened again. */
#include "tests/unit/delta_scene.h"

/* All peers show their logs, were asked behind that, and say that they see all logs. */
static Scene *closed_make(void **state, const char *link)
{
	Scene *scene = three_make(state, link);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "search");
	value_add(scene, scene_entry(scene, LOG), "modifyTimestamp", "20261130120000Z");
	scene->facts.now_sec = CLOSED_SEC + 60;
	answers_make(scene, PROBE_GOOD);
	for (size_t i = 0; i < 2; i++)
		scene->facts.probes->items[i].began_sec = CLOSED_SEC + 10;
	return scene;
}

static void who_lacks_a_log_closes_its_own(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_BAD);
	assert_string_equal(restriction(scene), "-compare+search");
}

static void who_finds_a_log_closed_reads_databases_and_closes_its_own(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	scene->facts.probes->items[0].probe.log_is_closed = true;
	assert_string_equal(restriction(scene), "-compare+search");
	assert_int_equal(delta_count(scene), 0);
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 1);
}

static void a_closed_log_is_opened_when_no_peer_can_go_on_in_it(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	LinkProbe *peers = scene->facts.probes->items;

	assert_string_equal(restriction(scene), "");
	assert_false(writes_links(scene));
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	assert_int_equal(scene->plan.unknown.n_links, 2);
	peers[0].probe.log_is_in_order = false;
	assert_string_equal(restriction(scene), ""); /* the other one may */
	peers[1].probe.log_is_closed = true;         /* so it does not say that it sees all logs */
	peers[1].probe.log_is_in_order = false;
	assert_string_equal(restriction(scene), "-search");
	peers[1].probe.log_is_closed = false;
	assert_string_equal(restriction(scene), "-search+compare");
	peers[1].began_sec = CLOSED_SEC - 1; /* it may have begun to since */
	assert_string_equal(restriction(scene), "");
	peers[1].began_sec = CLOSED_SEC;
	peers[1].probe.steps[PROBE_LOG] = PROBE_NOT_TRIED; /* it is away */
	assert_string_equal(restriction(scene), "");
}

/* cn=monitor shows both links, the one to peer 2 connected or not. */
static void run_make(Scene *scene, bool is_connected)
{
	Tree *monitor = &scene->monitor;
	const char *uris[] = {"ldap://peer2", "ldap://peer3"};

	*monitor = (Tree){.entries = pool_alloc(scene->pool, 3 * sizeof(Entry)), .n_entries = 3};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	for (size_t i = 0; i < ARRAY_SIZE(uris); i++) {
		Entry *entry = &monitor->entries[i + 1];

		entry->dn = pool_printf(scene->pool,
					"cn=Consumer %03zu,cn=Database 1,cn=Databases,cn=Monitor",
					i + 2);
		value_add(scene, entry, "olmSRProviderURIList", uris[i]);
		value_add(scene, entry, "olmSRSyncPhase", "Persist");
		value_add(scene, entry, "olmSRConnection",
			  i > 0 || is_connected ? "IP=127.0.0.1:1" : "");
	}
}

static void a_log_is_shut_when_who_may_read_it_had_the_time_to_leave(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");

	run_make(scene, true);
	scene->facts.now_sec = CLOSED_SEC + 300;
	assert_string_equal(shutting(scene), "");
	scene->facts.now_sec = CLOSED_SEC + 400;
	assert_string_equal(shutting(scene), "+shut");
	shut_make(scene);
	assert_string_equal(shutting(scene), "");
	assert_false(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
}

/* By a log that hides all from it slapd carries out the older one of two changes. */
static void a_log_is_not_shut_to_the_rootdn_of_the_database(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	Entry *database = scene_entry(scene, DATABASE);

	run_make(scene, true);
	scene->facts.now_sec = CLOSED_SEC + 400;
	for (size_t i = 0; i < database->n_attributes; i++)
		if (strcmp(database->attributes[i].name, "olcRootDN") == 0)
			database->attributes[i].n_values = 0;
	value_add(scene, database, "olcRootDN", "cn=r," SUFFIX);
	assert_string_equal(shutting(scene), "");
}

static void a_log_that_cannot_be_shut_is_told(void **state)
{
	Scene *scene = three_make(state, READS);
	Entry *database = scene_entry(scene, DATABASE);

	answers_make(scene, PROBE_GOOD);
	(void)writes_links(scene);
	assert_false(finds(scene, "log-incomplete", SEVERITY_WARNING));
	for (size_t i = 0; i < database->n_attributes; i++)
		if (strcmp(database->attributes[i].name, "olcRootDN") == 0)
			database->attributes[i].n_values = 0;
	value_add(scene, database, "olcRootDN", "cn=r," SUFFIX);
	(void)writes_links(scene);
	assert_true(finds(scene, "log-incomplete", SEVERITY_WARNING));
}

/* The one whose log is closed has what is missing here, and nobody knows since when. */
static void a_log_is_shut_before_a_link_that_is_cut_reads_a_database(void **state)
{
	Scene *scene = three_make(state, READS);
	LinkProbe *peers;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	peers = scene->facts.probes->items;
	peers[0].probe.log_is_closed = true;
	peers[0].probe.log_is_in_order = false;
	run_make(scene, true);
	assert_string_equal(shutting(scene), "-compare+search, links");
	run_make(scene, false);
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	scene->monitor = (Tree){0}; /* whether it is connected is not known */
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	peers[1].probe.log_is_in_order = false; /* but it may have begun to read since then */
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
}

/* Its slapd refuses all comparisons, and with them the question. */
static void a_log_is_shut_where_nobody_hears_whether_its_reader_left(void **state)
{
	Scene *scene = closed_make(state, READS);
	LinkProbe *peers = scene->facts.probes->items;

	peers[0].probe.log_is_closed = true;
	peers[0].probe.log_is_in_order = peers[1].probe.log_is_in_order = false;
	run_make(scene, false);
	assert_string_equal(shutting(scene), "-search, links");
	peers[1].probe.log_is_mute = true;
	assert_string_equal(shutting(scene), "+shut, links");
}

static void who_reads_a_peer_that_refuses_comparisons_does_not_say_that_it_sees_all_logs(
	void **state)
{
	Scene *scene = three_make(state, READS);
	Probe *probe;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	run_make(scene, true);
	probe = &scene->facts.probes->items[0].probe;
	probe->log_is_in_order = false;
	assert_string_equal(shutting(scene), ", links");
	assert_true(finds(scene, "log-not-known", SEVERITY_NOTE));
	probe->log_is_mute = true;
	assert_string_equal(shutting(scene), "-compare+search, links");
	assert_true(finds(scene, "log-not-known", SEVERITY_WARNING));
	assert_int_equal(delta_count(scene), 0);
}

/* Connected, but to a log that gave it nothing any more. */
static void a_log_is_shut_before_a_link_gets_what_a_shut_one_withheld(void **state)
{
	static const char *theirs[] = {"20991231000000.000000Z#000000#002#000000"};
	Scene *scene = three_make(state, READS);
	Content *here = &scene->content.here;
	LinkProbe *peers;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_GOOD);
	peers = scene->facts.probes->items;
	peers[0].probe.log_is_closed = true;
	peers[0].probe.log_is_in_order = false;
	peers[0].probe.context_csns = theirs;
	peers[0].probe.n_context_csns = 1;
	run_make(scene, true);
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	assert_true(scene->plan.unknown.contents[0].catches_up);
	here->context_csns = theirs;
	here->n_context_csns = 1;
	assert_string_equal(shutting(scene), "-compare+search, links");
}

/* A link that waits would go on in the log that it names, whatever came into that meanwhile. */
static void a_log_that_can_be_shut_has_the_link_whose_log_is_gone_read_the_database_at_once(
	void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_BAD);
	run_make(scene, true);
	assert_string_equal(shutting(scene), "-compare+search+shut, links");
	assert_int_equal(delta_count(scene), 0);
	assert_true(finds(scene, "no-log", SEVERITY_WARNING));
}

static void a_log_shows_everything_again_before_it_is_opened(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	LinkProbe *peers = scene->facts.probes->items;

	shut_make(scene);
	run_make(scene, true);
	assert_string_equal(shutting(scene), "");
	peers[0].probe.log_is_in_order = false;
	peers[1].probe.log_is_in_order = false;
	assert_string_equal(shutting(scene), "-shut-search+compare");
}

/* A person opened it, or a release of syncward that knows no shut logs. */
static void a_log_that_is_open_hides_nothing(void **state)
{
	Scene *scene = three_make(state, "timeout=3");

	answers_make(scene, PROBE_UNKNOWN);
	assert_string_equal(shutting(scene), "");
	assert_false(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
	shut_make(scene);
	assert_string_equal(shutting(scene), "-shut");
	assert_true(finds(scene, "log-incomplete", SEVERITY_CRITICAL));
}

/* As a release that knows no closed logs leaves it. */
static void a_closed_log_with_the_word_loses_one_of_both(void **state)
{
	Scene *scene = closed_make(state, "timeout=3");
	LinkProbe *peers = scene->facts.probes->items;

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(restriction(scene), "-compare"); /* a peer may go on in it */
	peers[0].probe.log_is_in_order = false;
	peers[1].probe.log_is_in_order = false;
	assert_string_equal(restriction(scene), "-search");
}

/* Nothing is written there that could end it. */
static void with_audit_a_link_without_its_log_is_critical_at_once(void **state)
{
	Scene *scene = three_make(state, READS);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	answers_make(scene, PROBE_BAD);
	(void)steps(scene);
	assert_false(finds(scene, "no-log", SEVERITY_CRITICAL));
	scene->policy = "{\"mode\": \"audit\"}";
	answers_make(scene, PROBE_BAD);
	(void)steps(scene);
	assert_true(finds(scene, "no-log", SEVERITY_CRITICAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(who_lacks_a_log_closes_its_own),
		SCENE_TEST(who_finds_a_log_closed_reads_databases_and_closes_its_own),
		SCENE_TEST(a_closed_log_is_opened_when_no_peer_can_go_on_in_it),
		SCENE_TEST(a_closed_log_with_the_word_loses_one_of_both),
		SCENE_TEST(a_log_is_shut_when_who_may_read_it_had_the_time_to_leave),
		SCENE_TEST(a_log_is_not_shut_to_the_rootdn_of_the_database),
		SCENE_TEST(a_log_that_cannot_be_shut_is_told),
		SCENE_TEST(a_log_is_shut_before_a_link_that_is_cut_reads_a_database),
		SCENE_TEST(a_log_is_shut_where_nobody_hears_whether_its_reader_left),
		SCENE_TEST(
			who_reads_a_peer_that_refuses_comparisons_does_not_say_that_it_sees_all_logs),
		SCENE_TEST(a_log_is_shut_before_a_link_gets_what_a_shut_one_withheld),
		SCENE_TEST(
			a_log_that_can_be_shut_has_the_link_whose_log_is_gone_read_the_database_at_once),
		SCENE_TEST(a_log_shows_everything_again_before_it_is_opened),
		SCENE_TEST(a_log_that_is_open_hides_nothing),
		SCENE_TEST(with_audit_a_link_without_its_log_is_critical_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
