/* SPDX-License-Identifier: Apache-2.0 */
/* A node that left, was let back by a person, and has to wait for something else: it stays closed
 * to clients. */
#include "tests/unit/order_scene.h"

#define OPENS "olcReadOnly"
#define LINKS "olcSyncrepl"

static LeftDatabase left = {.suffix = SCENE_SUFFIX, .was_closed = true};

/* It ran under server ID 7, and peers.json lists it as 1 now; what it left behind is at peer 2. */
static void leave(PlanScene *scene)
{
	scene_add(scene, scene->global, "olcServerID", "7");
	scene_add(scene, scene->databases[0].entry, "olcReadOnly", "TRUE");
	(void)scene_overlay(scene, 0);
	scene->content[0].here.entry.csn = SCENE_CSN("10", "007");
	scene->databases[0].csn = scene->databases[0].peer_csn = SCENE_CSN("12", "007");
	scene->content[0].readers = (ReadersHere){.anybody = READER_WATCH_QUIET};
	scene->known_databases[0].is_complete = true;
	scene->known.leave = (KnownLeave){.databases = &left,
					  .n_databases = 1,
					  .time = "20261122101300Z",
					  .is_rejoining = true};
}

static void what_holds_the_flag_keeps_it_closed(void **state)
{
	PlanScene *scene = *state;

	leave(scene);
	assert_null(strstr(scene_steps(scene), OPENS));
	assert_non_null(scene_hold(scene, GUARD_SERVER_ID));
	assert_null(scene_hold(scene, GUARD_JOINING));
}

static void what_it_lacks_is_said_while_its_server_id_is_held(void **state)
{
	PlanScene *scene = *state;

	leave(scene);
	scene->databases[0].peer_csn = SCENE_CSN("14", "002");
	assert_null(strstr(scene_steps(scene), OPENS));
	assert_non_null(scene_hold(scene, GUARD_SERVER_ID));
	assert_non_null(scene_hold(scene, GUARD_JOINING));
}

/* Under its own server ID. */
static void leave_as_itself(PlanScene *scene)
{
	leave(scene);
	scene->global->attributes[1].values[0].bytes = "1";
	scene->content[0].here.entry.csn = SCENE_CSN("10", "001");
	scene->databases[0].csn = scene->databases[0].peer_csn = SCENE_CSN("12", "001");
}

static void without_a_hold_it_opens(void **state)
{
	PlanScene *scene = *state;
	const char *steps;

	leave_as_itself(scene);
	steps = scene_steps(scene);
	assert_non_null(strstr(steps, OPENS));
	assert_non_null(strstr(steps, LINKS));
}

static void assert_reads_nobody(PlanScene *scene, ReaderWatch anybody)
{
	const char *steps;

	leave_as_itself(scene);
	scene->content[0].readers.anybody = anybody;
	steps = scene_steps(scene);
	assert_null(strstr(steps, LINKS));
	assert_null(strstr(steps, OPENS));
	assert_non_null(scene_hold(scene, GUARD_JOINING));
}

static void while_somebody_reads_here_it_reads_nobody(void **state)
{
	assert_reads_nobody(*state, READER_WATCH_READ);
}

static void where_that_is_not_known_it_reads_nobody(void **state)
{
	assert_reads_nobody(*state, READER_WATCH_GOES_ON);
}

/* It stayed when the node left. */
static void a_link_that_is_kept_is_none_that_came_back(void **state)
{
	PlanScene *scene = *state;

	scene->policy = "{\"keep\": [\"ldap://other\"]}";
	scene_add(scene, scene->databases[0].entry, "olcSyncrepl",
		  "{0}provider=ldap://other rid=9 searchbase=" SCENE_SUFFIX
		  " type=refreshAndPersist retry=\"60 +\" bindmethod=simple");
	assert_reads_nobody(scene, READER_WATCH_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(what_holds_the_flag_keeps_it_closed),
		PLAN_SCENE_TEST(what_it_lacks_is_said_while_its_server_id_is_held),
		PLAN_SCENE_TEST(without_a_hold_it_opens),
		PLAN_SCENE_TEST(while_somebody_reads_here_it_reads_nobody),
		PLAN_SCENE_TEST(where_that_is_not_known_it_reads_nobody),
		PLAN_SCENE_TEST(a_link_that_is_kept_is_none_that_came_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
