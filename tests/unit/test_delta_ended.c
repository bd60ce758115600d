/* SPDX-License-Identifier: Apache-2.0 */
/* What remains of a log when delta has ended, and logs of others. */
#include "tests/unit/delta_scene.h"

/* --- logs without "delta" --- */

/* The same log, and peers.json asks for none. */
static Scene *left_make(void **state, int64_t room_bytes)
{
	Scene *scene = room_make(state, room_bytes);

	scene->more = "";
	return scene;
}

static void a_log_that_nobody_reads_any_more_is_told_and_stays(void **state)
{
	Scene *scene = left_make(state, -1);

	assert_string_equal(steps(scene), "");
	assert_true(finds(scene, "log-left", SEVERITY_NOTE));
	assert_non_null(strstr(scene->plan.findings[0].text,
			       "ldapdelete -Y EXTERNAL -H ldapi:/// '" WRITER
			       "' 'olcOverlay={0}syncprov," LOG "' '" LOG "'"));
}

/* A node with the peers.json of before may read it still. */
static void a_log_that_was_left_says_nothing_of_its_order(void **state)
{
	Scene *scene = left_make(state, -1);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "compare");
	assert_string_equal(shutting(scene), "-compare+search+shut");
	scene_entry(scene, LOG)->n_attributes--;
	assert_string_equal(shutting(scene), "");
}

static void a_log_that_was_closed_when_it_was_left_is_shut(void **state)
{
	Scene *scene = left_make(state, -1);

	value_add(scene, scene_entry(scene, LOG), "olcRestrict", "search");
	assert_string_equal(shutting(scene), "+shut");
	shut_make(scene);
	assert_string_equal(shutting(scene), "");
}

static void a_log_for_an_audit_is_nobodys_to_read(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	log_make(scene);
	writer_make(scene, "01+00:00 01+00:00");
	scene->more = "";
	scene->facts.machine.log_folders[0].has_room = true;
	assert_string_equal(steps(scene), "");
	assert_false(finds(scene, "log-left", SEVERITY_NOTE));
	assert_false(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void the_disk_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone(void **state)
{
	Scene *scene = left_make(state, 15 * MIB);

	assert_string_equal(steps(scene), "");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void the_map_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone(void **state)
{
	Scene *scene = left_make(state, -1);

	map_fill(scene, "240000");
	assert_string_equal(steps(scene), "");
	assert_true(finds(scene, "log-room", SEVERITY_CRITICAL));
}

static void another_databases_changes_in_a_log_are_told(void **state)
{
	Scene *scene = room_make(state, -1);
	Entry *other;

	(void)steps(scene);
	assert_false(finds(scene, "log-incomplete", SEVERITY_WARNING));
	other = entry_make(scene, "olcOverlay={0}accesslog,olcDatabase={3}mdb,cn=config",
			   "olcOverlayConfig");
	value_add(scene, other, "olcOverlay", "{0}accesslog");
	value_add(scene, other, "olcAccessLogDB", "cn=log");
	(void)steps(scene);
	assert_true(finds(scene, "log-incomplete", SEVERITY_WARNING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(the_map_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone),
		SCENE_TEST(a_log_that_nobody_reads_any_more_is_told_and_stays),
		SCENE_TEST(a_log_that_was_left_says_nothing_of_its_order),
		SCENE_TEST(a_log_that_was_closed_when_it_was_left_is_shut),
		SCENE_TEST(a_log_for_an_audit_is_nobodys_to_read),
		SCENE_TEST(the_disk_of_a_log_that_is_not_syncwards_is_told_and_it_is_left_alone),
		SCENE_TEST(another_databases_changes_in_a_log_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
