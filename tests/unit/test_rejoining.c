/* SPDX-License-Identifier: Apache-2.0 */
/* A node that left, was let back by a person, and has to wait for something else: it stays closed
 * to clients. */
#include "tests/unit/order_scene.h"

#define OPENS "olcReadOnly"

static LeftDatabase left = {.suffix = SCENE_SUFFIX, .was_closed = true};

/* It ran under server ID 7, and peers.json lists it as 1 now; what it left behind is at peer 2. */
static void leave(PlanScene *scene)
{
	scene_add(scene, scene->global, "olcServerID", "7");
	scene_add(scene, scene->databases[0].entry, "olcReadOnly", "TRUE");
	(void)scene_overlay(scene, 0);
	scene->content[0].here.entry.csn = SCENE_CSN("10", "007");
	scene->databases[0].csn = scene->databases[0].peer_csn = SCENE_CSN("12", "007");
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

static void without_a_hold_it_opens(void **state)
{
	PlanScene *scene = *state;

	leave(scene);
	scene->global->attributes[1].values[0].bytes = "1";
	scene->content[0].here.entry.csn = SCENE_CSN("10", "001");
	scene->databases[0].csn = scene->databases[0].peer_csn = SCENE_CSN("12", "001");
	assert_non_null(strstr(scene_steps(scene), OPENS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(what_holds_the_flag_keeps_it_closed),
		PLAN_SCENE_TEST(what_it_lacks_is_said_while_its_server_id_is_held),
		PLAN_SCENE_TEST(without_a_hold_it_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
