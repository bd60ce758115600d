/* SPDX-License-Identifier: Apache-2.0 */
/* A provider that has no other provider to read from asks the consumers of the file what they hold:
 * what is here replaces that. */
#include "tests/unit/plan_scene.h"

#include "common/draft/emptied.h"
#include "common/remember/memory_after.h"

#define CONSUMER       ", \"role\": \"consumer\""
#define PEER(id, more) ", {\"id\": " #id ", \"uri\": \"ldap://peer" #id "\"" more "}"
#define OF(peers)                                                                     \
	"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}" peers      \
	"], \"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": " \
	"\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}], \"policy\": {\"mode\": \"enforce\"}}"
#define ONLY  OF(PEER(2, CONSUMER) PEER(3, CONSUMER))
#define NEWER "20261122101501.000000Z#000000#001#000000"

static const char *csns[] = {CSN}, *newer_csns[] = {NEWER};
static Content heirs[2];

/* Node 1 is the only provider, with entries and without an overlay; both consumers have what is
 * here. */
static int only_make(void **state)
{
	Scene *scene;

	scene_make(state);
	scene = *state;
	scene->text = ONLY;
	heirs[0] = scene->content.peers[0];
	heirs[0].server_id = 0;
	heirs[0].context_csns = csns;
	heirs[1] = heirs[0];
	heirs[1].peer_id = 3;
	scene->content.n_peers = 0;
	scene->content.heirs = heirs;
	scene->content.n_heirs = 2;
	return 0;
}

static bool opens(Scene *scene)
{
	scene->plan = (Plan){0};
	return strstr(plan_steps(scene), "olcOverlay=syncprov") != NULL;
}

/* What is said of it; NULL: nothing is held. */
static const Hold *held(Scene *scene)
{
	assert_false(opens(scene));
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_JOINING)
			return &scene->plan.held.holds[i];
	fail_msg("nothing about joining is held");
	return NULL;
}

static void held_says(Scene *scene, const char *text, const char *release)
{
	const Hold *hold = held(scene);

	if (!strstr(hold->text, text))
		fail_msg("not '%s': %s", text, hold->text);
	assert_string_equal(hold->release, release);
}

static void here_is_empty(Scene *scene)
{
	scene->content.here = (Content){.state = CONTENT_READ};
}

static void heirs_are(Content content)
{
	for (size_t i = 0; i < 2; i++) {
		const unsigned id = heirs[i].peer_id;

		heirs[i] = content;
		heirs[i].peer_id = id;
	}
}

static void its_consumers_are_asked_before_it_opens(void **state)
{
	Scene *scene = *state;

	scene->content.here = (Content){0};
	scene->content.n_heirs = 0;
	assert_false(opens(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].heirs);
}

static void what_all_have_opens(void **state)
{
	Scene *scene = *state;

	assert_true(opens(scene));
	/* One that has all of it is enough, as of providers. */
	heirs[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "silent"};
	assert_true(opens(scene));
}

static void an_empty_one_beside_a_consumer_with_entries_is_held(void **state)
{
	Scene *scene = *state;

	here_is_empty(scene);
	held_says(scene, "ldap://peer2, a consumer, holds entries", "syncward apply");
	heirs[0] = (Content){.peer_id = 2, .state = CONTENT_READ, .lacks_database = true};
	held_says(scene, "ldap://peer3, a consumer, holds entries", "syncward apply");
}

/* Nobody's word opens it beside entries. */
static void no_first_node_is_beside_a_consumer_with_entries(void **state)
{
	static const unsigned said[] = {2, 3};
	Scene *scene = *state;

	here_is_empty(scene);
	scene->options.consent.is_first_node = true;
	scene->options.consent.empty_ids = said;
	scene->options.consent.n_empty_ids = 2;
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	held_says(scene, "ldap://peer2, a consumer, holds entries", "syncward apply");
}

/* Of several providers that are all empty the one that a person names begins the cluster. */
static void the_first_of_several_providers_asks_the_consumers_too(void **state)
{
	static const unsigned said[] = {2};
	Scene *scene = *state;
	Content peer = {.peer_id = 2, .state = CONTENT_READ, .lacks_database = true};

	scene->text = OF(PEER(2, "") PEER(3, CONSUMER));
	scene->content.peers = &peer;
	scene->content.n_peers = 1;
	scene->content.heirs = &heirs[1];
	scene->content.n_heirs = 0;
	scene->options.consent.is_first_node = true;
	scene->options.consent.empty_ids = said;
	scene->options.consent.n_empty_ids = 1;
	here_is_empty(scene);
	assert_false(opens(scene));
	assert_true(scene->plan.unknown.contents[0].heirs);
	scene->content.n_heirs = 1;
	held_says(scene, "ldap://peer3, a consumer, holds entries", "syncward apply");
	heirs[1] = (Content){.peer_id = 3, .state = CONTENT_READ, .lacks_database = true};
	assert_true(opens(scene));
}

static void one_beside_empty_consumers_opens_by_itself(void **state)
{
	Scene *scene = *state;

	here_is_empty(scene);
	heirs_are((Content){.state = CONTENT_READ, .lacks_database = true});
	assert_true(opens(scene));
}

/* Its slapd may only be stopped, and have entries. */
static void an_empty_one_beside_unseen_consumers_waits_for_a_person(void **state)
{
	static const unsigned said[] = {2, 3};
	Scene *scene = *state;

	here_is_empty(scene);
	heirs_are((Content){.state = CONTENT_UNREACHABLE, .nobody_listens = true});
	held_says(scene, "no peer has data", "syncward apply --first-node");
	scene->options.consent.is_first_node = true;
	assert_true(opens(scene));
	heirs_are((Content){.state = CONTENT_UNREACHABLE, .problem = "silent"});
	held_says(scene,
		  "whether these peers hold data: ldap://peer2: silent; ldap://peer3: silent",
		  "syncward apply --first-node --empty 2,3");
	scene->options.consent.empty_ids = said;
	scene->options.consent.n_empty_ids = 2;
	assert_true(opens(scene));
}

/* A message stays one: the line that a person may say has all of them. */
static void of_many_unseen_the_first_are_named(void **state)
{
	Scene *scene = *state;
	Content many[4];

	scene->text = OF(PEER(2, CONSUMER) PEER(3, CONSUMER) PEER(4, CONSUMER) PEER(5, CONSUMER));
	for (unsigned i = 0; i < 4; i++)
		many[i] = (Content){
			.peer_id = 2 + i, .state = CONTENT_UNREACHABLE, .problem = "silent"};
	scene->content.heirs = many;
	scene->content.n_heirs = 4;
	scene->options.consent.is_first_node = true;
	here_is_empty(scene);
	held_says(scene, "ldap://peer2: silent; ldap://peer3: silent; and 2 more. Only",
		  "syncward apply --first-node --empty 2,3,4,5");
}

/* Without a link clients could write to it. */
static void its_last_link_stays_while_it_is_held(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "2");
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcSizeLimitUnused";
	scene_read(scene);
	here_is_empty(scene);
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_null(strstr(plan_steps(scene), "olcSyncrepl"));
	assert_int_equal(scene->plan.n_breaches, 0);
	/* There is nobody who would lose anything. */
	heirs_are((Content){.state = CONTENT_READ, .lacks_database = true});
	scene->plan = (Plan){0};
	assert_non_null(strstr(plan_steps(scene), "olcSyncrepl"));
}

static void what_only_a_consumer_has_holds_it(void **state)
{
	Scene *scene = *state;

	heirs[1].context_csns = newer_csns;
	held_says(scene, "ldap://peer3, a consumer, has changes that are not here",
		  "syncward apply");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	(void)held(scene);
	/* One loaded from LDIF has no contextCSN before the overlay is there. */
	heirs[1].context_csns = csns;
	scene->content.here.n_context_csns = 0;
	held_says(scene, "ldap://peer2, a consumer, has changes that are not here",
		  "syncward apply");
}

static void another_database_at_a_consumer_holds_it(void **state)
{
	Scene *scene = *state;

	heirs[0].entry.uuid = "other";
	heirs[1].entry.uuid = "other";
	held_says(scene, "holds another database", "syncward apply");
}

/* A node that was moved here, or restored, looks the same when nobody can be asked. */
static void what_was_never_compared_waits(void **state)
{
	Scene *scene = *state;

	heirs_are((Content){.state = CONTENT_UNREACHABLE, .problem = "silent"});
	held_says(scene, "no peer proves", "syncward apply --release joining");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_true(opens(scene));
	/* It was, before somebody took the overlay away. */
	scene->options.consent.released = 0;
	scene->known_database.is_complete = true;
	assert_true(opens(scene));
}

/* It wrote all of it itself. */
static void its_own_data_opens_where_no_consumer_runs_yet(void **state)
{
	static const char *own[] = {"20261122101500.000000Z#000000#001#000000"};
	Scene *scene = *state;

	scene->content.here.context_csns = own;
	heirs_are((Content){.state = CONTENT_UNREACHABLE, .nobody_listens = true});
	assert_true(opens(scene));
	heirs_are((Content){.state = CONTENT_READ, .lacks_database = true});
	assert_true(opens(scene));
	heirs_are((Content){.state = CONTENT_UNREACHABLE, .problem = "silent"});
	held_says(scene, "was never compared", "syncward apply --release joining");
}

/* What the fence closed opens when nothing is missing. */
static void an_old_backup_stays_closed_while_a_consumer_has_more(void **state)
{
	static FenceRecord closed = {.suffix = SUFFIX, .is_closed = true, .text = "older"};
	Scene *scene = *state;

	provider_make(scene, "");
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcReadOnly";
	scene->known.fence = (FenceRecords){.items = &closed, .n_items = 1};
	heirs[0].context_csns = newer_csns;
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_JOINING));
	assert_null(strstr(plan_steps(scene), "olcReadOnly"));
	heirs[0].context_csns = csns;
	scene->plan = (Plan){0};
	assert_non_null(strstr(plan_steps(scene), "olcReadOnly"));
}

/* Nobody fills it by itself; clients would. */
static void one_that_was_emptied_is_closed_to_clients(void **state)
{
	Scene *scene = *state;
	Entry *entries = pool_alloc(scene->pool, 2 * sizeof(*entries));

	provider_make(scene, "");
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcMultiProvider") == 0)
			scene->database->attributes[i].name = "olcSizeLimitUnused";
	value_add(scene, scene->database, "olcDbDirectory", "/a folder");
	entries[0] = (Entry){.dn = "cn=Start,cn=Time,cn=Monitor"};
	entries[1] = (Entry){.dn = "cn=Database 2,cn=Databases,cn=Monitor"};
	value_add(scene, &entries[0], "monitorTimestamp", "20261122200000Z");
	value_add(scene, &entries[1], "namingContexts", SUFFIX);
	value_add(scene, &entries[1], "olmMDBEntries", "0");
	scene->monitor = (Tree){.entries = entries, .n_entries = 2};
	scene_read(scene);
	scene->known_database.filled =
		emptied_place(scene->pool, &scene->live, &scene->live.databases[0]);
	here_is_empty(scene);
	scene->content.glance = scene->content.here;
	/* Whoever empties it over LDAP means it. */
	assert_null(strstr(plan_steps(scene), "olcReadOnly"));
	assert_true(finds(scene, "empty", SEVERITY_CRITICAL));
	scene->known_database.filled += 1; /* another start of slapd */
	scene->plan = (Plan){0};
	assert_non_null(strstr(plan_steps(scene), "olcReadOnly"));
	/* There is nobody who would lose anything. */
	heirs_are((Content){.state = CONTENT_READ, .lacks_database = true});
	scene->plan = (Plan){0};
	assert_null(strstr(plan_steps(scene), "olcReadOnly"));
	/* Nobody was asked yet. */
	scene->content.n_heirs = 0;
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].heirs);
}

/* It is remembered when that consumer cannot be asked any more. */
static void what_a_consumer_showed_is_remembered(void **state)
{
	Scene *scene = *state;

	heirs[1].context_csns = newer_csns;
	(void)held(scene);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	heirs_are((Content){.state = CONTENT_UNREACHABLE, .nobody_listens = true});
	held_says(scene, "not here: changes of server ID 1", "syncward apply --release joining");
}

/* Node 1 joins beside provider 2, has all that this one has, and consumer 3 reads both. */
static Scene *joiner_make(void **state)
{
	Scene *scene = *state;

	scene->text = OF(PEER(2, "") PEER(3, CONSUMER));
	scene->content.n_peers = 1;
	scene->content.heirs = heirs + 1;
	scene->content.n_heirs = 1;
	scene->known_database.is_joining = true;
	return scene;
}

static void one_that_joins_asks_the_consumers_last(void **state)
{
	Scene *scene = joiner_make(state);

	scene->content.n_heirs = 0;
	assert_false(opens(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].heirs);
	/* Not before it has what the provider has. */
	scene->content.peers[0].context_csns = newer_csns;
	assert_false(opens(scene));
	assert_false(scene->plan.unknown.n_contents > 0 && scene->plan.unknown.contents[0].heirs);
}

static void one_that_joins_waits_for_what_only_a_consumer_shows(void **state)
{
	static const char *of_others[] = {CSN, "20261122101501.000000Z#000000#002#000000"};
	Scene *scene = joiner_make(state);

	assert_true(opens(scene));
	heirs[1].context_csns = newer_csns;
	held_says(scene, "changes of this node's own server ID are neither here",
		  "syncward apply --release joining");
	/* Those of the provider, which may have come back from a backup. */
	heirs[1].context_csns = of_others;
	heirs[1].n_context_csns = 2;
	held_says(scene,
		  "ldap://peer3, a consumer, has changes that no provider shows which answers, of "
		  "server ID 2 until 2026-11-22T10:15:01Z: one",
		  "syncward apply --release joining");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_true(opens(scene));
	scene->options.consent.released = 0;
	heirs[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "silent"};
	assert_true(opens(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, only_make, scene_free)
		TEST(its_consumers_are_asked_before_it_opens),
		TEST(what_all_have_opens),
		TEST(an_empty_one_beside_a_consumer_with_entries_is_held),
		TEST(no_first_node_is_beside_a_consumer_with_entries),
		TEST(the_first_of_several_providers_asks_the_consumers_too),
		TEST(one_beside_empty_consumers_opens_by_itself),
		TEST(an_empty_one_beside_unseen_consumers_waits_for_a_person),
		TEST(of_many_unseen_the_first_are_named),
		TEST(its_last_link_stays_while_it_is_held),
		TEST(what_only_a_consumer_has_holds_it),
		TEST(another_database_at_a_consumer_holds_it),
		TEST(what_was_never_compared_waits),
		TEST(its_own_data_opens_where_no_consumer_runs_yet),
		TEST(an_old_backup_stays_closed_while_a_consumer_has_more),
		TEST(one_that_was_emptied_is_closed_to_clients),
		TEST(what_a_consumer_showed_is_remembered),
		TEST(one_that_joins_asks_the_consumers_last),
		TEST(one_that_joins_waits_for_what_only_a_consumer_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
