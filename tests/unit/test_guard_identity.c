/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this server is the peer that it was named. */
#include "tests/unit/plan_scene.h"

/* As when the agent.json of node 1 was copied to node 3. */
static void a_server_that_listens_as_another_peer_gets_no_server_id(void **state)
{
	static const char *third[] = {"ldapi:///", "ldap://peer3"};
	Scene *scene = *state;

	scene->facts.machine.given.now = third;
	scene->facts.machine.fqdn = "peer3";
	consumer_add(scene, 0, "one", 9, "timeout=3");
	assert_null(strstr(plan_steps(scene), "olcServerID"));
	assert_null(strstr(plan_steps(scene), "olcMultiProvider"));
	assert_true(holds(scene, GUARD_IDENTITY));
	assert_false(finds(scene, "replicates-from-itself", SEVERITY_CRITICAL));
	scene->options.consent.released = GUARD_BIT(GUARD_IDENTITY);
	assert_non_null(strstr(plan_steps(scene), "olcServerID"));
}

/* Of an address slapd does not know that it is its own, and then its server ID tells. */
static void who_has_an_address_is_another_peer_by_its_server_id_only(void **state)
{
	static const char *any[] = {"ldapi:///", "ldap://"};
	Scene *scene = *state;

	scene->text =
		"{\"format\": 1, \"policy\": {\"mode\": \"enforce\"}, \"peers\": ["
		"{\"id\": 1, \"uri\": \"ldap://10.0.0.1\"}, {\"id\": 2, \"uri\": "
		"\"ldap://peer2\"}, {\"id\": 3, \"uri\": \"ldap://peer3\"}], \"databases\": "
		"[{\"suffix\": \"dc=x\", \"syncrepl\": {\"bindmethod\": \"simple\", \"binddn\": "
		"\"cn=r,dc=x\", \"credentials\": \"x\"}}]}";
	scene->facts.machine.given.now = any;
	scene->facts.machine.fqdn = "peer3";
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_IDENTITY));
	assert_true(holds(scene, GUARD_SELF_NAMED));
	value_add(scene, scene->global, "olcServerID", "3");
	assert_null(strstr(plan_steps(scene), "olcServerID"));
	assert_true(holds(scene, GUARD_IDENTITY));
}

/* All are addresses, as many write them, and a new server has no ID that would tell. */
static void a_new_server_that_has_another_peers_address_gets_no_server_id(void **state)
{
	static const char *any[] = {"ldapi:///", "ldap:///"}, *third[] = {"ldap://10.0.0.3"};
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"policy\": {\"mode\": \"enforce\"}, \"peers\": ["
		      "{\"id\": 1, \"uri\": \"ldap://10.0.0.1\"}, {\"id\": 2, \"uri\": "
		      "\"ldap://10.0.0.2\"}, {\"id\": 3, \"uri\": \"ldap://10.0.0.3\"}], "
		      "\"databases\": [{\"suffix\": \"dc=x\", \"syncrepl\": {\"bindmethod\": "
		      "\"simple\", \"binddn\": \"cn=r,dc=x\", \"credentials\": \"x\"}}]}";
	scene->facts.machine.given.now = any;
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_IDENTITY));
	scene->facts.machine.own_urls = third;
	scene->facts.machine.n_own_urls = 1;
	assert_null(strstr(plan_steps(scene), "olcServerID"));
	assert_true(holds(scene, GUARD_IDENTITY));
}

/* Whoever asks peer 2 there hears peer 3, and nobody would notice that peer 2 is away. */
static void a_peer_that_answers_as_another_one_is_found(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->content.peers[0].server_id = 3;
	(void)plan_steps(scene);
	assert_true(finds(scene, "id-of-other", SEVERITY_CRITICAL));
	assert_int_equal(scene->plan.n_findings, 1);
	assert_false(holds(scene, GUARD_IDENTITY));
	/* Nobody's, its own, and not known. */
	for (int id = 4; id >= 0; id -= id == 4 ? 2 : 1) {
		scene->content.peers[0].server_id = id == 1 ? -1 : id;
		(void)plan_steps(scene);
		assert_false(finds(scene, "id-of-other", SEVERITY_CRITICAL));
	}
	scene->content.peers[0].server_id = 2;
}

static void an_answer_to_a_link_is_looked_at_as_well(void **state)
{
	static LinkProbe answer = {.probe = {.peer_id = 3, .suffix = SUFFIX, .server_id = 2}};
	static const LinkProbes answers = {&answer, 1};
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->facts.probes = &answers;
	(void)plan_steps(scene);
	assert_true(finds(scene, "id-of-other", SEVERITY_CRITICAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_server_that_listens_as_another_peer_gets_no_server_id),
		SCENE_TEST(who_has_an_address_is_another_peer_by_its_server_id_only),
		SCENE_TEST(a_new_server_that_has_another_peers_address_gets_no_server_id),
		SCENE_TEST(a_peer_that_answers_as_another_one_is_found),
		SCENE_TEST(an_answer_to_a_link_is_looked_at_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
