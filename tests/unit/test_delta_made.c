/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a log of changes, and in which order. */
#include "tests/unit/delta_scene.h"

static const char *value_of(const Scene *scene, const char *dn, const char *attribute)
{
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Step *step = &scene->plan.order.steps[i];

			if (strcmp(step->dn, dn) == 0 &&
			    strcmp(step->mods[k].attribute, attribute) == 0)
				return step->mods[k].n_values > 0 ? step->mods[k].values[0] : "";
		}
	return NULL;
}

/* --- what is made --- */

static void a_log_is_made_in_its_order(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	answer_make(scene, PROBE_BAD);
	assert_string_equal(
		steps(scene),
		MODULE "add '" LOG "' (objectClass, olcDatabase, olcDbDirectory, olcSuffix, "
		       "olcRootDN, olcDbMaxSize, olcDbIndex, olcAccess, olcLimits, olcReadOnly)\n"
		       "add 'olcOverlay=syncprov," LOG "' (objectClass, olcOverlay, "
		       "olcSpNoPresent, olcSpReloadHint)\n"
		       "add '" WRITER "' (objectClass, olcOverlay, olcAccessLogDB, "
		       "olcAccessLogOps, olcAccessLogSuccess, olcAccessLogPurge)\n"
		       "modify '" LOG "' (delete olcReadOnly)\n");
	assert_false(holds(scene, GUARD_LOG));
}

/* Of a peer that is away, or whose log is in order without this one, nobody knows what it goes on
 * in: this machine may be one that was made anew. */
static void a_log_is_made_closed_while_a_peer_may_go_on_in_it(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcRestrict"), "search");
	answer_make(scene, PROBE_NOT_TRIED);
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcRestrict"), "search");
	answer_make(scene, PROBE_GOOD);
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcRestrict"), "search");
	answer_make(scene, PROBE_BAD);
	(void)steps(scene);
	assert_null(value_of(scene, LOG, "olcRestrict"));
	answer_make(scene, PROBE_UNKNOWN); /* it is empty yet */
	(void)steps(scene);
	assert_null(value_of(scene, LOG, "olcRestrict"));
}

static void nobody_but_who_reads_for_a_node_may_read_the_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	scene->more = ", \"limits\": false, \"delta\": {" LOG_DN ", \"directory\": \"/log\"}";
	provider_make(scene, "2");
	(void)steps(scene);
	assert_string_equal(value_of(scene, LOG, "olcAccess"),
			    "to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
	assert_non_null(value_of(scene, LOG, "olcLimits"));
	assert_string_equal(value_of(scene, LOG, "olcRootDN"), "cn=admin," SUFFIX);
}

static void without_a_good_folder_nothing_of_a_log_is_made(void **state)
{
	static const LogFolderState bad[] = {LOG_FOLDER_NOT_KNOWN, LOG_FOLDER_MISSING,
					     LOG_FOLDER_FOREIGN, LOG_FOLDER_USED};
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		scene->facts.machine.log_folders[0].state = bad[i];
		assert_string_equal(steps(scene), "");
		assert_true(holds(scene, GUARD_LOG));
	}
}

static void with_2_4_nothing_of_a_log_is_made(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcMirrorMode";
	scene->options.multi_provider_attribute = "olcMirrorMode";
	assert_string_equal(steps(scene), "");
	assert_true(holds(scene, GUARD_LOG));
	scene->options.multi_provider_attribute = NULL;
}

static void what_is_there_is_left_alone(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_NOT_KNOWN);

	provider_make(scene, "2");
	(void)log_make(scene);
	(void)provider_of_log_make(scene);
	(void)writer_make(scene, "7+00:00:00 24:00");
	assert_string_equal(steps(scene), "");
	assert_int_equal(scene->plan.n_changes, 0);
}

static void what_is_otherwise_is_written(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_NOT_KNOWN);

	provider_make(scene, "2");
	(void)log_make(scene);
	(void)provider_of_log_make(scene);
	(void)writer_make(scene, "06+00:00 01+00:00");
	(void)steps(scene);
	assert_string_equal(
		value_of(scene, "olcOverlay={1}accesslog," DATABASE, "olcAccessLogPurge"),
		"07+00:00 01+00:00");
}

/* --- no gap --- */

static void a_log_that_may_hold_something_is_not_written_on(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_NOT_KNOWN);
	Entry *log;

	provider_make(scene, "2");
	log = log_make(scene);
	(void)provider_of_log_make(scene);
	assert_string_equal(steps(scene), "");
	assert_true(holds(scene, GUARD_LOG));
	log_count(scene, "0"); /* there is nothing in it */
	assert_non_null(strstr(steps(scene), OVERLAY_STEP));
	log_count(scene, "7");
	assert_string_equal(steps(scene), "");
	value_add(scene, log, "olcReadOnly", "TRUE"); /* as one that was just made */
	assert_string_equal(steps(scene), "");
	scene->monitor = (Tree){0};
	assert_non_null(strstr(steps(scene), OVERLAY_STEP));
}

/* --- how it begins --- */

#define BEGINS "add '" WRITER "' (objectClass, olcOverlay, olcAccessLogDB)\n"
#define WRITES                                                                     \
	"add '" WRITER "' (objectClass, olcOverlay, olcAccessLogDB, "              \
	"olcAccessLogSuccess, olcAccessLogPurge)\ncount 'cn=log'\nmodify '" WRITER \
	"' (add olcAccessLogOps)\nmodify '" LOG "' (delete olcReadOnly)\n"

static void an_overlay_that_writes_nothing_begins_a_log_and_goes(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	count_in(scene, SUFFIX, "7");
	assert_non_null(
		strstr(steps(scene), BEGINS "count 'cn=log'\ndelete '" WRITER "'\n" WRITES));
	assert_int_equal(scene->plan.n_breaches, 0);
}

static void what_began_a_log_goes_once_slapd_has_begun_it(void **state)
{
	Scene *scene = begun_make(state, "0");

	(void)beginner_make(scene);
	assert_string_equal(steps(scene), "count 'cn=log'\ndelete '" WRITER "'\n" WRITES);
	log_count(scene, "1");
	assert_string_equal(steps(scene), "delete '" WRITER "'\n" WRITES);
	assert_false(holds(scene, GUARD_LOG));
}

static void a_log_that_is_begun_gets_its_overlay(void **state)
{
	Scene *scene = begun_make(state, "1");

	assert_string_equal(steps(scene), MODULE WRITES);
}

/* By an LDIF that was loaded, or a kill. */
static void the_overlay_of_a_begun_log_gets_its_operations_and_stays(void **state)
{
	Scene *scene = begun_make(state, "1");
	Entry *writer = beginner_make(scene);

	value_add(scene, writer, "olcAccessLogSuccess", "TRUE");
	value_add(scene, writer, "olcAccessLogPurge", "07+00:00 01+00:00");
	assert_string_equal(steps(scene), "modify '" WRITER "' (add olcAccessLogOps)\n"
					  "modify '" LOG "' (delete olcReadOnly)\n");
	assert_int_equal(scene->plan.n_breaches, 0);
	log_count(scene, "0"); /* so this one began it, or will */
	assert_string_equal(steps(scene), "count 'cn=log'\ndelete '" WRITER "'\n" WRITES);
	log_count(scene, "7");
	assert_string_equal(steps(scene), "");
	assert_true(holds(scene, GUARD_LOG));
}

/* --- what it waits for --- */

static void before_it_is_a_provider_it_makes_no_log(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	value_add(scene, scene->global, "olcServerID", "1");
	scene->content.here = (Content){.state = CONTENT_READ};
	assert_null(strstr(steps(scene), "accesslog"));
	assert_null(strstr(steps(scene), LOG));
}

static void it_waits_for_a_server_id_that_is_held(void **state)
{
	Scene *scene = made_make(state, LOG_FOLDER_GOOD);

	provider_make(scene, "2");
	scene->global->n_attributes = 1; /* only its class */
	value_add(scene, scene->global, "olcServerID", "2");
	assert_null(strstr(steps(scene), LOG));
	assert_true(holds(scene, GUARD_SERVER_ID));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_log_is_made_in_its_order),
		SCENE_TEST(a_log_is_made_closed_while_a_peer_may_go_on_in_it),
		SCENE_TEST(nobody_but_who_reads_for_a_node_may_read_the_log),
		SCENE_TEST(without_a_good_folder_nothing_of_a_log_is_made),
		SCENE_TEST(with_2_4_nothing_of_a_log_is_made),
		SCENE_TEST(what_is_there_is_left_alone),
		SCENE_TEST(what_is_otherwise_is_written),
		SCENE_TEST(a_log_that_may_hold_something_is_not_written_on),
		SCENE_TEST(an_overlay_that_writes_nothing_begins_a_log_and_goes),
		SCENE_TEST(what_began_a_log_goes_once_slapd_has_begun_it),
		SCENE_TEST(a_log_that_is_begun_gets_its_overlay),
		SCENE_TEST(the_overlay_of_a_begun_log_gets_its_operations_and_stays),
		SCENE_TEST(before_it_is_a_provider_it_makes_no_log),
		SCENE_TEST(it_waits_for_a_server_id_that_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
