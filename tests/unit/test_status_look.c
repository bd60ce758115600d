/* SPDX-License-Identifier: Apache-2.0 */
/* What a look at slapd puts into the state, and since when. */
#include "tests/unit/status_scene.h"

/* --- looking: one database with peer 2, of which slapd runs a consumer --- */

typedef struct Scene {
	Peer self;
	Peer peer;
	WantedConsumer consumer;
	DesiredDatabase desired;
	WantedDatabase database;
	Wanted wanted;
	Change change;
	RunningConsumer running;
	Live live;
	Plan left;
} Scene;

static void scene_set(Scene *scene)
{
	*scene = (Scene){
		.peer = {.id = 2, .uri = "ldap://ldap2"},
		.desired = {.suffix = "dc=example,dc=com"},
		.change = {.suffix = "dc=example,dc=com"},
		.running = {.suffix = "DC=Example,dc=com",
			    .rid = 2,
			    .provider = "ldap://ldap2:389",
			    .is_persistent = true,
			    .is_connected = true,
			    .last_contact = "20260701100000Z"},
	};
	scene->consumer =
		(WantedConsumer){.peer = &scene->peer, .provider = "ldap://ldap2:389", .rid = 2};
	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->database = (WantedDatabase){
		.desired = &scene->desired, .consumers = &scene->consumer, .n_consumers = 1};
	scene->wanted =
		(Wanted){.self = &scene->self, .databases = &scene->database, .n_databases = 1};
	scene->live = (Live){
		.runs.is_known = true, .runs.consumers = &scene->running, .runs.n_consumers = 1};
	scene->left = (Plan){.wanted = &scene->wanted, .changes = &scene->change};
}

static void a_look_tells_what_slapd_runs(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = {0};
	Scene scene;

	(void)state;
	scene_set(&scene);
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	assert_int_equal(status.databases[0].is_in_step, CLAIM_YES);
	assert_int_equal(status.is_server_in_step, CLAIM_YES);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_UP);
	assert_int_equal(status.databases[0].peers[0].last_contact_sec, NOW);
	scene.running.provider = "ldap://other:389";
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_MISSING);
	scene.live.runs.is_known = false;
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_UNKNOWN);
}

static void times_since_when_last_until_something_changes(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = {0};
	const StatusDatabase *database;
	Scene scene;

	(void)state;
	scene_set(&scene);
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	status_look(pool, &scene.left, &scene.live, NOW + 60, &status);
	database = &status.databases[0];
	assert_int_equal(database->since_sec, NOW);
	assert_int_equal(database->peers[0].since_sec, NOW);
	assert_int_equal(status.looked_sec, NOW + 60);
	scene.left.n_changes = 1;
	scene.running.is_connected = false;
	status_look(pool, &scene.left, &scene.live, NOW + 120, &status);
	database = &status.databases[0];
	assert_int_equal(database->is_in_step, CLAIM_NO);
	assert_int_equal(database->since_sec, NOW + 120);
	assert_int_equal(database->peers[0].since_sec, NOW + 120);
	scene.live.runs.n_consumers = 0; /* not running is no better than not connected */
	status_look(pool, &scene.left, &scene.live, NOW + 180, &status);
	assert_int_equal(status.databases[0].peers[0].since_sec, NOW + 120);
}

static void what_cannot_be_looked_at_is_not_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = {0};
	Scene scene;

	(void)state;
	scene_set(&scene);
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	status_look_failed(pool, NOW + 60, &status);
	status_look_failed(pool, NOW + 120, &status);
	assert_int_equal(status.databases[0].is_in_step, CLAIM_UNKNOWN);
	assert_int_equal(status.is_server_in_step, CLAIM_UNKNOWN);
	assert_int_equal(status.databases[0].since_sec, NOW + 60);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_UNKNOWN);
	assert_int_equal(status.databases[0].peers[0].since_sec, NOW + 60);
	assert_int_equal(status.looked_sec, NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_tells_what_slapd_runs),
		cmocka_unit_test(times_since_when_last_until_something_changes),
		cmocka_unit_test(what_cannot_be_looked_at_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
