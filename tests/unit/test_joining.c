/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/decide/diff.h"

#define SUFFIX "dc=example,dc=org"
#define OLD    "20261122101500.000001Z#000000#001#000000"
#define NEW    "20261122101501.000000Z#000000#001#000000"
#define OWN    "20261122101500.000000Z#000000#002#000000"

/* A node with id 2 and one peer with id 1, both with the same suffix entry, refreshing from it. */
typedef struct Scene {
	Pool *pool;
	Peer peers[2];
	Desired desired;
	DesiredDatabase desired_database;
	WantedConsumer consumer;
	WantedDatabase database;
	Wanted wanted;
	LiveConsumer live_consumer;
	LiveDatabase live;
	const char *here_csns[2], *peer_csns[2];
	Content peer;
	DatabaseFacts database_facts;
	Facts facts;
	KnownDatabase known_database;
	Known known;
	PlanInput input;
	Plan plan;
	Diff diff;
} Scene;

static Content content(unsigned peer_id, const char **csns, size_t n_csns)
{
	return (Content){
		.peer_id = peer_id,
		.state = CONTENT_READ,
		.has_suffix = true,
		.entry_uuid = "00000000-0000-0000-0000-000000000001",
		.context_csns = csns,
		.n_context_csns = n_csns,
	};
}

static int scene_make(void **state)
{
	static Scene scene;

	scene = (Scene){.pool = pool_new()};
	scene.peers[0] = (Peer){.id = 1, .uri = "ldap://one"};
	scene.peers[1] = (Peer){.id = 2, .uri = "ldap://two"};
	scene.desired = (Desired){.peers = scene.peers, .n_peers = 2};
	scene.desired_database = (DesiredDatabase){.suffix = SUFFIX};
	scene.consumer = (WantedConsumer){.peer = &scene.peers[0]};
	scene.database = (WantedDatabase){
		.desired = &scene.desired_database, .consumers = &scene.consumer, .n_consumers = 1};
	scene.wanted = (Wanted){.desired = &scene.desired, .self = &scene.peers[1]};
	scene.live = (LiveDatabase){.consumers = &scene.live_consumer, .n_consumers = 1};
	scene.here_csns[0] = scene.peer_csns[0] = OLD;
	scene.peer = content(1, scene.peer_csns, 1);
	scene.database_facts = (DatabaseFacts){.suffix = SUFFIX,
					       .here = content(0, scene.here_csns, 1),
					       .peers = &scene.peer,
					       .n_peers = 1};
	scene.facts = (Facts){.databases = &scene.database_facts, .n_databases = 1};
	scene.known_database = (KnownDatabase){.suffix = SUFFIX};
	scene.input = (PlanInput){.desired = &scene.desired,
				  .wanted = &scene.wanted,
				  .facts = &scene.facts,
				  .known = &scene.known};
	scene.diff = (Diff){.pool = scene.pool, .in = &scene.input, .plan = &scene.plan};
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	Scene *scene = *state;

	pool_free(scene->pool);
	return 0;
}

/* The guard that holds; -1: none. */
static int judge(Scene *scene)
{
	const Hold *hold = joining_judge(&scene->diff, &scene->database, &scene->live);

	return hold ? (int)hold->guard : -1;
}

static void a_node_that_has_everything_may_go_on(void **state)
{
	assert_int_equal(judge(*state), -1);
}

static void an_incomplete_refresh_waits(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void a_refresh_without_any_csn_here_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void an_empty_database_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here = (Content){.state = CONTENT_READ};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void what_was_not_asked_yet_is_needed_and_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here = (Content){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.n_needs, 1);
	assert_true(scene->plan.needs[0].peers);
}

static void data_without_consumers_needs_no_refresh(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer_csns[0] = NEW;
	assert_int_equal(judge(scene), -1);
}

static void newer_changes_of_our_own_id_elsewhere_are_g10(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[1] = OWN;
	scene->peer.n_context_csns = 2;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void a_refresh_from_empty_is_behind_and_no_g10(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[1] = OWN;
	scene->peer.n_context_csns = 2;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void our_own_id_on_another_suffix_entry_is_g10(void **state)
{
	Scene *scene = *state;

	scene->here_csns[1] = scene->peer_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = scene->peer.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
	scene->peer.entry_uuid = "00000000-0000-0000-0000-000000000002";
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void g10_stays_until_it_is_released(void **state)
{
	Scene *scene = *state;

	scene->known_database.suspect = "as found before";
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_CONTENT);
	scene->input.options.released = GUARD_BIT(GUARD_CONTENT);
	assert_int_equal(judge(scene), -1);
}

static void without_a_peer_only_a_database_that_was_in_step_goes_on(void **state)
{
	Scene *scene = *state;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "refused"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), -1);
}

static void a_node_without_peers_joins_nothing(void **state)
{
	Scene *scene = *state;

	scene->database.n_consumers = 0;
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	assert_int_equal(judge(scene), -1);
}

/* G1 and G5 hold the flag themselves; only a database that is joining waits for both. */
static void what_waits_for_the_server_id_does_not_wait_for_a_refresh(void **state)
{
	Scene *scene = *state;
	Change change = {.kind = CHANGE_SERVER_ID, .is_held = true};

	scene->peer_csns[0] = NEW;
	scene->plan = (Plan){.changes = &change, .n_changes = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->diff.server_id_is_wrong = true;
	assert_int_equal(judge(scene), -1);
	change.is_held = false;
	assert_int_equal(judge(scene), GUARD_JOINING);
	change.is_held = true;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_node_that_has_everything_may_go_on),
		SCENE_TEST(an_incomplete_refresh_waits),
		SCENE_TEST(a_refresh_without_any_csn_here_waits),
		SCENE_TEST(an_empty_database_waits),
		SCENE_TEST(what_was_not_asked_yet_is_needed_and_waits),
		SCENE_TEST(data_without_consumers_needs_no_refresh),
		SCENE_TEST(newer_changes_of_our_own_id_elsewhere_are_g10),
		SCENE_TEST(a_refresh_from_empty_is_behind_and_no_g10),
		SCENE_TEST(our_own_id_on_another_suffix_entry_is_g10),
		SCENE_TEST(g10_stays_until_it_is_released),
		SCENE_TEST(without_a_peer_only_a_database_that_was_in_step_goes_on),
		SCENE_TEST(a_node_without_peers_joins_nothing),
		SCENE_TEST(what_waits_for_the_server_id_does_not_wait_for_a_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
