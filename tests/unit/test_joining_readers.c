/* SPDX-License-Identifier: Apache-2.0 */
/* Clients wait until the peers read from here. */
#include "tests/unit/joining_scene.h"

static void clients_write_when_the_peers_read_from_here(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database_facts.readers.n_sessions = 1;
	assert_int_equal(judge_flag(scene), -1);
	scene->database_facts.readers.was_asked = false;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	assert_true(scene->plan.unknown.contents[0].readers);
}

static bool first_is_read(Scene *scene)
{
	DatabasePlan database = {
		.wanted = &scene->database, .live = &scene->live, .suffix = SUFFIX};

	scene->plan.databases = &database;
	scene->plan.n_databases = 1;
	scene->wanted.databases = &scene->database;
	scene->wanted.n_databases = 1;
	first_changes_judge(&scene->diff);
	scene->wanted.n_databases = scene->plan.n_databases = 0;
	return database.first_is_read;
}

/* Clients may write here already, and nobody did. */
static void a_heartbeat_comes_first_only_when_the_peers_read_from_here(void **state)
{
	static const char *own[] = {OLD, OWN};
	Scene *scene = *state;

	overlay_make(scene);
	scene->live.is_multi_provider = true;
	scene->database_facts.readers.n_sessions = 1;
	assert_false(first_is_read(scene));
	scene->desired_database.heartbeat.container = "ou=beats," SUFFIX;
	scene->database_facts.readers.was_asked = false;
	assert_false(first_is_read(scene));
	assert_true(scene->plan.unknown.contents[0].readers &&
		    scene->plan.unknown.contents[0].peers);
	scene->database_facts.readers.was_asked = true;
	assert_true(first_is_read(scene));
	scene->database_facts.readers.n_sessions = 0;
	assert_false(first_is_read(scene));
	/* It is not asked for what is not the first. */
	scene->plan.unknown.n_contents = 0;
	scene->database_facts.readers.n_sessions = 1;
	scene->database_facts.here.context_csns = own;
	scene->database_facts.here.n_context_csns = 2;
	assert_false(first_is_read(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 0);
}

static void a_person_may_let_clients_write_before(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge_flag(scene), -1);
}

static void nobody_waits_for_readers_where_the_server_id_is_known(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge_flag(scene), -1);
}

/* Somebody took the flag of a provider away. */
static void who_was_open_to_clients_before_is_so_again_at_once(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge_flag(scene), -1);
	scene->known_database.is_joining = true;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
}

/* Where clients may write already nothing is taken from them. */
static void who_is_open_to_clients_waits_for_no_reader(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->live.n_consumers = 0;
	assert_int_equal(judge_flag(scene), -1);
}

static void readers_that_do_not_stay_are_not_waited_for(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->consumer.reads_here_sec = 60;
	assert_int_equal(judge_flag(scene), -1);
}

static void where_slapd_does_not_tell_who_reads_the_longest_retry_passes(void **state)
{
	Scene *scene = *state;

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = -1;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->facts.now_sec += 20;
	assert_int_equal(judge_flag(scene), -1);
}

/* A second database of this server; its readers are those, or nobody knows of them. */
static void other_make(Scene *scene, const char **readers, size_t n_readers)
{
	static Value suffix = {.bytes = "o=other", .len = 7}, own = {.bytes = SUFFIX};
	static const Attribute suffixes[] = {
		{.name = "olcSuffix", .values = &own, .n_values = 1},
		{.name = "olcSuffix", .values = &suffix, .n_values = 1}};
	static DesiredDatabase desired = {.suffix = "o=other"};
	WantedDatabase *wanted = pool_alloc(scene->pool, 2 * sizeof(*wanted));
	LiveDatabase *live = pool_alloc(scene->pool, 2 * sizeof(*live));

	own.len = strlen(SUFFIX);
	live[0].suffixes = &suffixes[0];
	live[1].suffixes = &suffixes[1];
	live[1].syncprov = scene->live.syncprov;
	wanted[0] = scene->database;
	wanted[1] =
		(WantedDatabase){.desired = &desired, .readers = readers, .n_readers = n_readers};
	scene->server.databases = live;
	scene->server.n_databases = 2;
	scene->wanted.databases = wanted;
	scene->wanted.n_databases = n_readers > 0 ? 2 : 1;
}

static void who_may_read_another_database_with_the_account_is_waited_for(void **state)
{
	static const char *own[] = {"cn=r,o=x"}, *same[] = {"CN=R, o=x"}, *other[] = {"cn=q,o=x"};
	static WantedLog log = {.base = "o=Other"};
	Scene *scene = *state;

	overlay_make(scene);
	scene->database.readers = own;
	scene->database.n_readers = 1;
	scene->database_facts.readers.n_sessions = 1;
	other_make(scene, other, 1);
	assert_int_equal(judge_flag(scene), -1);
	other_make(scene, same, 1);
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->server.databases[1].syncprov = NULL;
	assert_int_equal(judge_flag(scene), -1);
	other_make(scene, NULL, 0);
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database.logs = &log; /* who reads it from there is a reader of it, too */
	scene->database.n_logs = 1;
	other_make(scene, NULL, 0);
	assert_int_equal(judge_flag(scene), -1);
	scene->database.n_logs = 0;
	other_make(scene, NULL, 0);
	scene->facts.now_sec += 20;
	assert_int_equal(judge_flag(scene), -1);
	scene->database_facts.readers.n_sessions = 0;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(clients_write_when_the_peers_read_from_here),
		SCENE_TEST(a_heartbeat_comes_first_only_when_the_peers_read_from_here),
		SCENE_TEST(a_person_may_let_clients_write_before),
		SCENE_TEST(nobody_waits_for_readers_where_the_server_id_is_known),
		SCENE_TEST(who_was_open_to_clients_before_is_so_again_at_once),
		SCENE_TEST(who_is_open_to_clients_waits_for_no_reader),
		SCENE_TEST(readers_that_do_not_stay_are_not_waited_for),
		SCENE_TEST(where_slapd_does_not_tell_who_reads_the_longest_retry_passes),
		SCENE_TEST(who_may_read_another_database_with_the_account_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
