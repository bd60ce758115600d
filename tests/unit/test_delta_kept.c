/* SPDX-License-Identifier: Apache-2.0 */
/* How far back a log reaches, and whether its disk and its map have room. */
#include "tests/unit/delta_scene.h"

/* --- a log that is too short --- */

#define CONTACT_SEC 1782900000 /* 20260701100000Z */

/* Peer 2 made contact then, and is not connected now; the log keeps seven days. */
static Scene *away_make(void **state, const char *connection, int64_t away_sec)
{
	Scene *scene = made_make(state, LOG_FOLDER_MISSING);
	Tree *monitor = &scene->monitor;

	provider_make(scene, "2");
	log_make(scene);
	provider_of_log_make(scene);
	writer_make(scene, "07+00:00 01+00:00");
	*monitor = (Tree){.entries = pool_alloc(scene->pool, 2 * sizeof(Entry)), .n_entries = 2};
	monitor->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[0], "namingContexts", SUFFIX);
	monitor->entries[1].dn = "cn=Consumer 002,cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &monitor->entries[1], "olmSRProviderURIList", "ldap://peer2");
	value_add(scene, &monitor->entries[1], "olmSRSyncPhase", "Persist");
	value_add(scene, &monitor->entries[1], "olmSRConnection", connection);
	value_add(scene, &monitor->entries[1], "olmSRLastContact", "20260701100000Z");
	scene->facts.now_sec = CONTACT_SEC + away_sec;
	(void)steps(scene);
	return scene;
}

#define DAY 86400

static void a_peer_that_is_away_for_half_of_what_the_log_keeps_is_foretold(void **state)
{
	assert_true(finds(away_make(state, "", 4 * DAY), "log-short", SEVERITY_WARNING));
}

static void a_peer_that_is_away_for_less_is_not(void **state)
{
	assert_false(finds(away_make(state, "", 3 * DAY), "log-short", SEVERITY_WARNING));
}

static void a_peer_that_is_read_is_not_away(void **state)
{
	assert_false(
		finds(away_make(state, "IP=127.0.0.1:1", 9 * DAY), "log-short", SEVERITY_WARNING));
}

static void how_long_a_log_keeps_is_read_as_slapd_reads_it(void **state)
{
	(void)state;
	assert_int_equal(live_log_keeps_sec("07+01:02 01+00:00"), 7 * DAY + 3720);
	assert_int_equal(live_log_keeps_sec("01:30:05 01+00:00"), 5405);
	assert_int_equal(live_log_keeps_sec("00+00:00:20 01+00:00"), 20);
	assert_int_equal(live_log_keeps_sec("x"), -1);
	assert_int_equal(live_log_keeps_sec(NULL), -1);
}

static void nothing_writes_into_a_log_whose_disk_is_nearly_full(void **state)
{
	Scene *scene = room_make(state, 15 * MIB);

	assert_string_equal(steps(scene), "delete '" WRITER "'\n");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void that_a_disk_gets_full_is_told_before(void **state)
{
	Scene *scene = room_make(state, 200 * MIB);

	assert_null(strstr(steps(scene), "delete"));
	assert_true(finds(scene, "log-room", SEVERITY_WARNING));
}

static void a_disk_that_nobody_looked_at_is_not_full(void **state)
{
	Scene *scene = room_make(state, -1);

	assert_null(strstr(steps(scene), "delete"));
	assert_false(finds(scene, "log-room", SEVERITY_WARNING));
}

static void no_log_is_begun_where_there_is_no_room(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	scene->facts.machine.log_folders[0].has_room = true;
	scene->facts.machine.log_folders[0].room_bytes = 15 * MIB;
	assert_null(strstr(steps(scene), "olcDatabase={2}mdb"));
	assert_true(holds(scene, GUARD_LOG));
}

static void nothing_writes_into_a_log_whose_map_is_nearly_full(void **state)
{
	Scene *scene = room_make(state, -1);

	for (size_t i = 0; i < scene->config.n_entries; i++)
		if (strcmp(scene->config.entries[i].dn, LOG) == 0)
			value_add(scene, &scene->config.entries[i], "olcDbMaxSize", "1073741824");
	map_fill(scene, "240000");
	assert_string_equal(steps(scene), "delete '" WRITER "'\n");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
	assert_non_null(strstr(scene->plan.findings[0].text, "olcDbMaxSize: 2147483648"));
}

static void that_a_map_gets_full_is_told_before(void **state)
{
	Scene *scene = room_make(state, -1);

	map_fill(scene, "220000");
	assert_null(strstr(steps(scene), "delete"));
	assert_true(finds(scene, "log-room", SEVERITY_WARNING));
	map_fill(scene, "200000");
	assert_null(strstr(steps(scene), "delete"));
	assert_false(finds(scene, "log-room", SEVERITY_WARNING));
}

/* A search that goes on keeps pages that look free. */
static void a_map_without_pages_that_were_never_used_is_full(void **state)
{
	Scene *scene = room_make(state, -1);

	map_fill(scene, "262100");
	value_add(scene, &scene->monitor.entries[0], "olmMDBPagesFree", "200000");
	assert_string_equal(steps(scene), "delete '" WRITER "'\n");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
	assert_non_null(strstr(scene->plan.findings[0].text, "has once used nearly all pages"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_peer_that_is_away_for_half_of_what_the_log_keeps_is_foretold),
		SCENE_TEST(a_peer_that_is_away_for_less_is_not),
		SCENE_TEST(a_peer_that_is_read_is_not_away),
		SCENE_TEST(how_long_a_log_keeps_is_read_as_slapd_reads_it),
		SCENE_TEST(nothing_writes_into_a_log_whose_disk_is_nearly_full),
		SCENE_TEST(that_a_disk_gets_full_is_told_before),
		SCENE_TEST(a_disk_that_nobody_looked_at_is_not_full),
		SCENE_TEST(no_log_is_begun_where_there_is_no_room),
		SCENE_TEST(nothing_writes_into_a_log_whose_map_is_nearly_full),
		SCENE_TEST(that_a_map_gets_full_is_told_before),
		SCENE_TEST(a_map_without_pages_that_were_never_used_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
