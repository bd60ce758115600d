/* SPDX-License-Identifier: Apache-2.0 */
/* A node with "role": "consumer": what is written there, what is held, and what providers see. */
#include "tests/unit/plan_scene.h"

#include "common/draft/healing.h"
#include "common/plan/plan_changes.h"
#include "common/remember/memory_after.h"

#define BEHIND                                      \
	"], \"databases\": [{\"suffix\": \"" SUFFIX \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]"
#define CONSUMER        ", \"role\": \"consumer\""
#define ONE(more)       "{\"id\": 1, \"uri\": \"ldap://one\"" more "}"
#define PEER(id, more)  ", {\"id\": " #id ", \"uri\": \"ldap://peer" #id "\"" more "}"
#define OF(one, others) "{\"format\": 1, \"peers\": [" one others BEHIND "}"
/* Node 1, which shows nothing of a server ID 1 that was somebody's before. */
#define AS_CONSUMER OF(ONE(CONSUMER), PEER(2, "") PEER(3, ""))
#define AS_PROVIDER OF(ONE(""), PEER(2, "") PEER(3, ""))

static const char *told_by(const Scene *scene, Guard guard)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == guard)
			return scene->plan.held.holds[i].text;
	return "";
}

static const char *again(Scene *scene)
{
	scene->plan = (Plan){0};
	return plan_steps(scene);
}

static bool changes(const Scene *scene, ChangeKind kind)
{
	return change_first(&scene->plan, NULL, CHANGE_BIT(kind)) != NULL;
}

static size_t count_free(const Scene *scene, ChangeKind kind)
{
	return change_count_free(&scene->plan, NULL, CHANGE_BIT(kind));
}

/* Of this scene alone. */
static Content *peer_of(Scene *scene)
{
	Content *peer = pool_alloc(scene->pool, sizeof(*peer));

	*peer = scene->content.peers[0];
	scene->content.peers = peer;
	return peer;
}

/* An empty database, peers with data. */
static void empty_make(Scene *scene)
{
	scene->text = AS_CONSUMER;
	scene->content.here = (Content){.state = CONTENT_READ};
}

/* In step: it reads both, and nothing else of ours is there. */
static void consumer_make(Scene *scene)
{
	scene->text = AS_CONSUMER;
	value_add(scene, scene->database, "olcDbIndex", "entryUUID eq");
	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	scene->known_database.is_consumer = true;
	scene->known_database.is_complete = true;
}

static void a_consumer_gets_links_and_nothing_of_a_provider(void **state)
{
	Scene *scene = *state;

	empty_make(scene);
	assert_string_not_equal(plan_steps(scene), "");
	assert_true(changes(scene, CHANGE_CONSUMER_ADD));
	assert_true(changes(scene, CHANGE_INDEX));
	assert_false(changes(scene, CHANGE_SERVER_ID));
	assert_false(changes(scene, CHANGE_OVERLAY));
	assert_false(changes(scene, CHANGE_MODULE));
	assert_false(changes(scene, CHANGE_MULTI_PROVIDER_ON));
	assert_false(changes(scene, CHANGE_LIMITS));
	assert_null(scene->wanted.server_id);
}

static void a_consumer_reads_one_provider_first(void **state)
{
	Scene *scene = *state;
	const Change *change;
	size_t n_free = 0;

	empty_make(scene);
	(void)plan_steps(scene);
	for (size_t at = 0;
	     (change = change_next_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_ADD), &at));)
		n_free++;
	assert_int_equal(n_free, 1);
	assert_true(holds(scene, GUARD_JOINING));
}

static void a_consumer_in_step_asks_nobody(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	scene->content = (DatabaseFacts){.suffix = SUFFIX};
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
	assert_int_equal(scene->plan.unknown.n_contents, 0);
}

static void a_consumer_that_was_emptied_joins(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	scene->content.here = (Content){.state = CONTENT_READ};
	scene->content.glance = (Content){.state = CONTENT_READ};
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_JOINING));
}

/* Its first refresh is told even where no link is to be added. */
static void a_consumer_that_is_not_complete_is_told_as_joining(void **state)
{
	static const char *older[] = {"20261122101400.000000Z#000000#002#000000"};
	Scene *scene = *state;

	consumer_make(scene);
	scene->known_database.is_complete = false;
	scene->content.here.context_csns = older;
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_JOINING));
	assert_string_equal(again(scene), "");
}

static void a_consumer_is_never_the_first_node(void **state)
{
	Scene *scene = *state;

	empty_make(scene);
	*peer_of(scene) = (Content){.peer_id = 2,
				    .state = CONTENT_UNREACHABLE,
				    .nobody_listens = true,
				    .problem = "ldap://peer2: nobody"};
	(void)plan_steps(scene);
	assert_non_null(strstr(told_by(scene, GUARD_JOINING), "that this consumer reads"));
	scene->options.consent.is_first_node = true;
	assert_string_equal(again(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_JOINING), "never begins a cluster"));
}

static void a_provider_becomes_no_consumer(void **state)
{
	Scene *scene = *state;

	scene->text = AS_CONSUMER;
	provider_make(scene, "23");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_ROLE), "the multi-provider flag"));
	assert_int_equal(scene->plan.n_changes, 0);
}

static void neither_does_what_has_an_overlay(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	scene->known_database.is_consumer = false;
	provider_make(scene, "");
	scene->database->n_attributes = 0;
	scene->global->n_attributes = 1;
	value_add(scene, scene->database, "objectClass", "olcDatabaseConfig");
	value_add(scene, scene->database, "olcDatabase", "{1}mdb");
	value_add(scene, scene->database, "olcSuffix", SUFFIX);
	value_add(scene, scene->database, "olcRootDN", "cn=admin," SUFFIX);
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_ROLE), "the syncprov overlay"));
}

static void neither_does_what_has_a_server_id(void **state)
{
	Scene *scene = *state;

	empty_make(scene);
	value_add(scene, scene->global, "olcServerID", "7");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_ROLE), "a server ID"));
}

static void server_id_0_is_none(void **state)
{
	Scene *scene = *state;

	empty_make(scene);
	value_add(scene, scene->global, "olcServerID", "0");
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_ROLE));
}

static void entries_of_its_own_are_held(void **state)
{
	Scene *scene = *state;

	scene->text = AS_CONSUMER;
	(void)plan_steps(scene);
	assert_non_null(strstr(told_by(scene, GUARD_CONTENT), "did not read as a consumer"));
	assert_int_equal(count_free(scene, CHANGE_CONSUMER_ADD), 0);
	scene->options.consent.released = GUARD_BIT(GUARD_CONTENT);
	(void)again(scene);
	assert_int_equal(count_free(scene, CHANGE_CONSUMER_ADD), 2);
}

/* Who removed the links removed no proof. */
static void what_it_read_as_a_consumer_it_reads_again(void **state)
{
	Scene *scene = *state;

	scene->text = AS_CONSUMER;
	scene->known_database.is_consumer = true;
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_CONTENT));
}

static void a_consumer_becomes_no_provider(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	scene->text = AS_PROVIDER;
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_ROLE), "so far it is a consumer"));
	scene->content.here = (Content){.state = CONTENT_READ};
	(void)again(scene);
	assert_false(holds(scene, GUARD_ROLE));
}

static void what_has_the_flag_is_none_any_more(void **state)
{
	Scene *scene = *state;

	scene->text = AS_PROVIDER;
	provider_make(scene, "23");
	scene->known_database.is_consumer = true;
	assert_string_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_ROLE));
}

static const KnownDatabase *remembered(Scene *scene)
{
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX);
}

static void that_it_reads_as_a_consumer_is_remembered(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	scene->known_database.is_consumer = false;
	(void)plan_steps(scene);
	assert_true(remembered(scene)->is_consumer);
	/* Held as one that is to be a provider it still is one. */
	scene->text = AS_PROVIDER;
	(void)again(scene);
	assert_true(holds(scene, GUARD_ROLE));
	assert_true(remembered(scene)->is_consumer);
	/* And what was not complete is not taken for complete. */
	scene->known.databases[0].is_joining = true;
	(void)again(scene);
	assert_true(remembered(scene)->is_joining);
}

static void what_never_read_is_not_remembered_as_one(void **state)
{
	Scene *scene = *state;

	empty_make(scene);
	(void)plan_steps(scene);
	assert_false(remembered(scene)->is_consumer);
	scene->text = AS_CONSUMER;
	scene->content.here = scene->content.peers[0];
	(void)again(scene);
	assert_true(holds(scene, GUARD_CONTENT));
	assert_null(remembered(scene)->suspect);
}

/* Changes of a server ID that is its id are others', and none of its own are anywhere. */
static void the_id_of_a_consumer_is_no_server_id(void **state)
{
	static const char *csns[] = {"20261122101500.000000Z#000000#001#000000", CSN};
	Scene *scene = *state;
	Content *peer;

	empty_make(scene);
	peer = peer_of(scene);
	peer->context_csns = csns;
	peer->n_context_csns = 2;
	peer->server_id = 1;
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_IDENTITY));
	assert_false(holds(scene, GUARD_CONTENT));
	assert_true(peer_server_id(scene->wanted.self) > 4095);
	assert_null(desired_writer(scene->input.desired, 1));
	assert_non_null(desired_writer(scene->input.desired, 2));
}

/* Nobody reads it, so nobody else loses what it leaves out. */
static void a_part_is_asked_about_in_words_that_fit_a_consumer(void **state)
{
	Scene *scene = *state;
	const char *text = NULL;

	scene->text = OF(ONE(CONSUMER ", \"as_consumer\": {\"exattrs\": \"description\"}"),
			 PEER(2, "") PEER(3, ""));
	scene->content.here = (Content){.state = CONTENT_READ};
	(void)plan_steps(scene);
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_PARTIAL)
			text = scene->plan.held.holds[i].text;
	assert_non_null(text);
	assert_null(strstr(text, "other nodes"));
	assert_non_null(strstr(text, "this node would not have the rest"));
}

/* Node 1 is a provider in step. */
static void a_provider_does_not_see_a_consumer(void **state)
{
	Scene *scene = *state;

	scene->text = OF(ONE(""), PEER(2, "") PEER(5003, CONSUMER));
	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
	assert_int_equal(scene->wanted.databases[0].n_consumers, 1);
	assert_int_equal(scene->wanted.databases[0].n_others, 0);
	assert_int_equal(scene->wanted.databases[0].n_leaves, 1);
	assert_false(scene->wanted.databases[0].is_partial);
}

static void the_list_of_server_ids_is_that_of_the_providers(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"server_id\": \"list\", \"peers\": [" ONE("") PEER(2, "")
		PEER(3, CONSUMER) BEHIND "}";
	provider_make(scene, "2");
	scene->global->n_attributes = 1;
	value_add(scene, scene->global, "olcServerID", "1 ldap://one");
	value_add(scene, scene->global, "olcServerID", "2 ldap://peer2");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->wanted.n_server_id_list, 2);
	value_add(scene, scene->global, "olcServerID", "3 ldap://peer3");
	assert_string_not_equal(again(scene), "");
}

static void who_reads_with_an_account_of_its_own_is_let_read(void **state)
{
#define OWN(reads) \
	CONSUMER ", \"reads\": [" reads "], \"as_consumer\": {\"binddn\": \"cn=own," SUFFIX "\"}"
	Scene *scene = *state;

	scene->text = OF(ONE(""), PEER(2, "") PEER(3, OWN("2")));
	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "");
	scene->text = OF(ONE(""), PEER(2, "") PEER(3, OWN("1")));
	(void)again(scene);
	assert_true(changes(scene, CHANGE_LIMITS));
	assert_false(changes(scene, CHANGE_CONSUMER_ADD));
}

/* It may take clients' writes still. */
static void who_is_made_a_consumer_is_read_until_a_person_says_otherwise(void **state)
{
	Scene *scene = *state;

	scene->text = OF(ONE(""), PEER(2, "") PEER(3, CONSUMER));
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "makes it a consumer"));
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_string_not_equal(again(scene), "");
}

/* G12: they lose what its account cannot read, also where no provider reads. */
static void the_only_provider_is_asked_what_its_consumers_may_read(void **state)
{
	Scene *scene = *state;

	scene->text = OF(ONE(""), PEER(2, CONSUMER));
	provider_make(scene, "");
	(void)plan_steps(scene);
	assert_false(finds(scene, "readers-denied", SEVERITY_CRITICAL));
	value_add(scene, scene->database, "olcAccess",
		  "{0}to attrs=userPassword by self write by anonymous auth by * none");
	value_add(scene, scene->database, "olcAccess", "{1}to * by * read");
	(void)again(scene);
	assert_true(finds(scene, "readers-denied", SEVERITY_CRITICAL));
}

/* The file has another name of it by mistake, or it moved: its rid is that of the link. */
static void who_is_made_a_consumer_under_another_name_is_read_as_well(void **state)
{
	Scene *scene = *state;

	scene->text =
		OF(ONE(""), PEER(2, "") ", {\"id\": 3, \"uri\": \"ldap://pere3\"" CONSUMER "}");
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "makes it a consumer"));
	/* Who has another rid is nobody of the file. */
	scene->text =
		OF(ONE(""), PEER(2, "") ", {\"id\": 4, \"uri\": \"ldap://pere3\"" CONSUMER "}");
	assert_string_not_equal(again(scene), "");
}

static void a_consumer_that_is_closed_is_not_told_of(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	value_add(scene, scene->database, "olcRestrict", "write");
	assert_string_equal(plan_steps(scene), "");
	assert_false(finds(scene, "read-only", SEVERITY_WARNING));
	value_add(scene, scene->database, "olcReadOnly", "TRUE");
	assert_string_equal(again(scene), "");
	assert_false(finds(scene, "read-only", SEVERITY_WARNING));
}

static void a_provider_heals(void **state)
{
	Scene *scene = *state;

	consumer_make(scene);
	scene_read(scene);
	assert_int_equal(healing_peer(&scene->wanted, &scene->wanted.databases[0])->id, 2);
}

static void a_consumer_may_be_meant_to_have_less_than_is_there(void **state)
{
	Scene *scene = *state;
	Content hiding = scene->content.peers[0];

	hiding.view.sight = COPY_HIDES;
	hiding.view.hides = "userPassword of 1 of 3 entries";
	scene->content.peers = &hiding;
	scene->text = AS_CONSUMER;
	scene->options.consent.released = GUARD_BIT(GUARD_CONTENT);
	(void)plan_steps(scene);
	assert_true(count_free(scene, CHANGE_CONSUMER_ADD) > 0);
	assert_false(holds(scene, GUARD_READERS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_consumer_may_be_meant_to_have_less_than_is_there),
		SCENE_TEST(a_consumer_gets_links_and_nothing_of_a_provider),
		SCENE_TEST(a_consumer_reads_one_provider_first),
		SCENE_TEST(a_consumer_in_step_asks_nobody),
		SCENE_TEST(a_consumer_that_was_emptied_joins),
		SCENE_TEST(a_consumer_that_is_not_complete_is_told_as_joining),
		SCENE_TEST(a_consumer_is_never_the_first_node),
		SCENE_TEST(a_provider_becomes_no_consumer),
		SCENE_TEST(neither_does_what_has_an_overlay),
		SCENE_TEST(neither_does_what_has_a_server_id),
		SCENE_TEST(server_id_0_is_none),
		SCENE_TEST(entries_of_its_own_are_held),
		SCENE_TEST(what_it_read_as_a_consumer_it_reads_again),
		SCENE_TEST(a_consumer_becomes_no_provider),
		SCENE_TEST(what_has_the_flag_is_none_any_more),
		SCENE_TEST(that_it_reads_as_a_consumer_is_remembered),
		SCENE_TEST(what_never_read_is_not_remembered_as_one),
		SCENE_TEST(the_id_of_a_consumer_is_no_server_id),
		SCENE_TEST(a_part_is_asked_about_in_words_that_fit_a_consumer),
		SCENE_TEST(a_provider_does_not_see_a_consumer),
		SCENE_TEST(the_list_of_server_ids_is_that_of_the_providers),
		SCENE_TEST(who_reads_with_an_account_of_its_own_is_let_read),
		SCENE_TEST(who_is_made_a_consumer_is_read_until_a_person_says_otherwise),
		SCENE_TEST(who_is_made_a_consumer_under_another_name_is_read_as_well),
		SCENE_TEST(the_only_provider_is_asked_what_its_consumers_may_read),
		SCENE_TEST(a_consumer_that_is_closed_is_not_told_of),
		SCENE_TEST(a_provider_heals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
