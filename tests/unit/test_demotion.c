/* SPDX-License-Identifier: Apache-2.0 */
/* A provider that peers.json makes a consumer: no client writes any more, and nothing gets lost. */
#include "tests/unit/plan_scene.h"

#include "common/plan/plan_changes.h"
#include "common/remember/memory_after.h"

#define FILE_OF(more)                                                                                  \
	"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\", \"role\": \"consumer\"" more \
	"}, {\"id\": 2, \"uri\": \"ldap://peer2\"}, {\"id\": 3, \"uri\": \"ldap://peer3\"}], "         \
	"\"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX       \
	"\", \"credentials\": \"x\"}}], \"policy\": {\"max_removals\": 0}}"
#define OWN       "20261122101500.000000Z#000000#001#000000"
#define OWN_LATER "20261122101501.000000Z#000000#001#000000"

static const char *all[] = {CSN, OWN_LATER}, *before[] = {CSN, OWN};

/* Both peers have the same; returns them. */
static Content *peers_make(Scene *scene)
{
	Content *peers = pool_alloc(scene->pool, 2 * sizeof(*peers));

	scene->content.here.context_csns = all;
	scene->content.here.n_context_csns = 2;
	peers[0] = scene->content.here;
	peers[0].peer_id = 2;
	peers[0].server_id = 2;
	peers[1] = peers[0];
	peers[1].peer_id = 3;
	peers[1].server_id = 3;
	scene->content.peers = peers;
	scene->content.n_peers = 2;
	return peers;
}

/* A provider in step, which the file has as a consumer. */
static Content *falling_make(Scene *scene)
{
	scene->text = FILE_OF("");
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	return peers_make(scene);
}

static void plan_again(Scene *scene, unsigned released)
{
	scene->plan = (Plan){0};
	scene->options.consent.released = released;
	(void)plan_steps(scene);
}

static void flag_take(Scene *scene)
{
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].values[0].bytes = "FALSE";
}

static const char *told(const Scene *scene)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_ROLE)
			return scene->plan.held.holds[i].text;
	return "";
}

static bool is_remembered(Scene *scene)
{
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX)->is_consumer;
}

static void the_flag_goes_when_a_person_says_so(void **state)
{
	Scene *scene = *state;
	const Change *flag;

	(void)falling_make(scene);
	plan_again(scene, 0);
	assert_non_null(strstr(told(scene), "the multi-provider flag"));
	assert_int_equal(scene->plan.order.n_steps, 0);
	plan_again(scene, GUARD_BIT(GUARD_ROLE));
	flag = change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_MULTI_PROVIDER_OFF));
	assert_non_null(flag);
	assert_int_equal(scene->plan.n_changes, 1);
	assert_int_equal(scene->plan.order.n_sessions_dropped, 0);
	/* It takes writes still. */
	assert_false(is_remembered(scene));
}

static void it_is_a_consumer_when_everybody_has_its_changes(void **state)
{
	Scene *scene = *state;
	Content *peers = falling_make(scene);

	flag_take(scene);
	peers[1].context_csns = before;
	plan_again(scene, 0);
	assert_non_null(strstr(told(scene), "ldap://peer3 lacks changes"));
	assert_false(is_remembered(scene));
	plan_again(scene, GUARD_BIT(GUARD_ROLE));
	assert_non_null(strstr(told(scene), "ldap://peer3 lacks changes"));
	peers[1].context_csns = all;
	plan_again(scene, 0);
	assert_string_equal(told(scene), "");
	assert_true(is_remembered(scene));
	/* Nobody is asked again. */
	scene->content = (DatabaseFacts){.suffix = SUFFIX};
	plan_again(scene, 0);
	assert_string_equal(told(scene), "");
	assert_int_equal(scene->plan.unknown.n_contents, 0);
	/* It comes back, from `syncward leave` for one. */
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcSyncrepl") == 0)
			scene->database->attributes[i].n_values = 0;
	plan_again(scene, 0);
	assert_string_equal(told(scene), "");
}

static void who_cannot_be_asked_proves_nothing(void **state)
{
	Scene *scene = *state;
	Content *peers = falling_make(scene);

	flag_take(scene);
	peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "away"};
	plan_again(scene, GUARD_BIT(GUARD_ROLE));
	assert_non_null(strstr(told(scene), "it cannot be asked"));
	scene->content.n_peers = 1;
	plan_again(scene, 0);
	assert_non_null(strstr(told(scene), "it cannot be asked"));
	/* One that is empty reads it from the others. */
	scene->content.n_peers = 2;
	peers[1] = (Content){.peer_id = 3, .state = CONTENT_READ};
	plan_again(scene, 0);
	assert_string_equal(told(scene), "");
}

/* Nor does it speak against a peer, which would be taken out. */
static void what_is_not_seen_here_proves_nothing(void **state)
{
	Scene *scene = *state;
	Content *peers = falling_make(scene);

	flag_take(scene);
	peers[1].context_csns = peers[0].context_csns;
	scene->content.here.n_context_csns = 0;
	plan_again(scene, GUARD_BIT(GUARD_ROLE));
	assert_non_null(strstr(told(scene), "of this server could not be read"));
	scene->content.here.n_context_csns = 2;
	scene->content.here.state = CONTENT_DENIED;
	plan_again(scene, 0);
	assert_non_null(strstr(told(scene), "of this server could not be read"));
	scene->content.here.state = CONTENT_READ;
	plan_again(scene, 0);
	assert_string_equal(told(scene), "");
}

static void what_is_not_asked_yet_is_asked(void **state)
{
	Scene *scene = *state;

	(void)falling_make(scene);
	flag_take(scene);
	scene->content = (DatabaseFacts){.suffix = SUFFIX};
	plan_again(scene, 0);
	assert_true(holds(scene, GUARD_ROLE));
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].peers);
}

/* What is here alone its first refresh would delete. */
static void who_reads_from_nobody_stays(void **state)
{
	Scene *scene = *state;

	scene->text = FILE_OF("");
	provider_make(scene, "");
	(void)peers_make(scene);
	flag_take(scene);
	plan_again(scene, GUARD_BIT(GUARD_ROLE));
	assert_non_null(strstr(told(scene), "reads from nobody"));
	assert_int_equal(scene->plan.order.n_steps, 0);
}

/* A link that shall go waits for a person; clients' writes do not. */
static void a_held_removal_keeps_no_flag(void **state)
{
	Scene *scene = *state;

	(void)falling_make(scene);
	scene->text = FILE_OF(", \"reads\": [2]");
	plan_again(scene, GUARD_BIT(GUARD_ROLE));
	assert_true(holds(scene, GUARD_REMOVAL));
	assert_non_null(
		change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_MULTI_PROVIDER_OFF)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(the_flag_goes_when_a_person_says_so),
		SCENE_TEST(it_is_a_consumer_when_everybody_has_its_changes),
		SCENE_TEST(who_cannot_be_asked_proves_nothing),
		SCENE_TEST(what_is_not_seen_here_proves_nothing),
		SCENE_TEST(what_is_not_asked_yet_is_asked),
		SCENE_TEST(who_reads_from_nobody_stays),
		SCENE_TEST(a_held_removal_keeps_no_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
