/* SPDX-License-Identifier: Apache-2.0 */
/* A consumer with "hub": true: read by others when it has everything, and no provider. */
#include "tests/unit/plan_scene.h"

#include "common/draft/healing.h"
#include "common/leaving/leaving_parts.h"
#include "common/plan/plan_changes.h"
#include "common/probe/probe_read.h"
#include "common/remember/memory_after.h"

#define BEHIND                                      \
	"], \"databases\": [{\"suffix\": \"" SUFFIX \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]"
#define CONSUMER        ", \"role\": \"consumer\""
#define HUB             CONSUMER ", \"hub\": true"
#define READS(ids)      ", \"reads\": [" ids "]"
#define OWN             ", \"as_consumer\": {\"binddn\": \"cn=own," SUFFIX "\"}"
#define ONE(more)       "{\"id\": 1, \"uri\": \"ldap://one\"" more "}"
#define PEER(id, more)  ", {\"id\": " #id ", \"uri\": \"ldap://peer" #id "\"" more "}"
#define OF(one, others) "{\"format\": 1, \"peers\": [" one others BEHIND "}"
/* Node 1 is a hub, or a consumer, of two providers. */
#define AS_HUB      OF(ONE(HUB), PEER(2, "") PEER(3, ""))
#define AS_CONSUMER OF(ONE(CONSUMER), PEER(2, "") PEER(3, ""))

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

static const Change *change_of(const Scene *scene, ChangeKind kind)
{
	return change_first(&scene->plan, NULL, CHANGE_BIT(kind));
}

static bool is_held_by(const Scene *scene, ChangeKind kind, Guard guard)
{
	const Change *change = change_of(scene, kind);

	return change && change->is_held && change->hold.guard == guard;
}

static const KnownDatabase *remembered(Scene *scene)
{
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX);
}

/* It reads both, and has what a hub needs but the overlay. */
static void reader_make(Scene *scene)
{
	value_add(scene, scene->database, "olcDbIndex", "entryCSN,entryUUID eq");
	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	scene->known_database.is_consumer = true;
	scene->known_database.is_complete = true;
}

/* In step. */
static void hub_make(Scene *scene)
{
	Entry *overlay = &scene->config.entries[2];

	scene->text = AS_HUB;
	reader_make(scene);
	value_add(scene, scene->database, "olcLimits",
		  "{0}dn.exact=\"cn=r," SUFFIX "\" size=unlimited size.unchecked=unlimited "
		  "time=unlimited");
	overlay->dn = "olcOverlay={0}syncprov," DATABASE;
	value_add(scene, overlay, "objectClass", "olcOverlayConfig");
	value_add(scene, overlay, "objectClass", "olcSyncProvConfig");
	value_add(scene, overlay, "olcOverlay", "{0}syncprov");
	value_add(scene, overlay, "olcSpCheckpoint", "100 10");
	scene->config.n_entries = 3;
}

static void an_empty_hub_gets_links_first_and_no_server_id_nor_flag(void **state)
{
	Scene *scene = *state;

	scene->text = AS_HUB;
	scene->known.n_databases = 0;
	scene->content.here = (Content){.state = CONTENT_READ};
	assert_string_not_equal(plan_steps(scene), "");
	assert_int_equal(change_count_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_ADD)), 1);
	assert_true(is_held_by(scene, CHANGE_OVERLAY, GUARD_JOINING));
	assert_null(change_of(scene, CHANGE_SERVER_ID));
	assert_null(change_of(scene, CHANGE_MULTI_PROVIDER_ON));
	assert_null(scene->wanted.server_id);
	assert_false(holds(scene, GUARD_ROLE));
}

/* What joins as a hub is never taken for a consumer that nobody read. */
static void one_that_joined_as_a_hub_is_opened(void **state)
{
	Scene *scene = *state;
	const KnownDatabase *known;

	scene->text = AS_HUB;
	scene->known.n_databases = 0;
	scene->content.here = (Content){.state = CONTENT_READ};
	(void)plan_steps(scene);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	known = known_database(&scene->known, SUFFIX);
	assert_true(known && known->is_rising && known->is_joining);
	reader_make(scene);
	scene->content.here = scene->content.peers[0];
	scene->content.here.peer_id = 0;
	(void)again(scene);
	assert_false(holds(scene, GUARD_ROLE));
	assert_false(change_of(scene, CHANGE_OVERLAY)->is_held);
	assert_true(remembered(scene)->is_rising);
	hub_make(scene);
	(void)again(scene);
	assert_false(remembered(scene)->is_rising);
}

static void a_hub_in_step_asks_nobody(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	scene->content = (DatabaseFacts){.suffix = SUFFIX};
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
	assert_int_equal(scene->plan.unknown.n_contents, 0);
}

/* Somebody emptied it: its overlay tells nobody that it joins. */
static void a_hub_that_was_emptied_is_told_as_joining(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	scene->content.here = (Content){.state = CONTENT_READ};
	scene->content.glance = (Content){.state = CONTENT_READ};
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_JOINING));
}

static void a_consumer_is_made_a_hub_by_a_persons_word(void **state)
{
	Scene *scene = *state;

	scene->text = AS_HUB;
	reader_make(scene);
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_ROLE), "so far nobody reads it"));
	assert_false(remembered(scene)->is_rising);
	scene->options.consent.released = GUARD_BIT(GUARD_ROLE);
	assert_string_not_equal(again(scene), "");
	assert_false(change_of(scene, CHANGE_OVERLAY)->is_held);
}

static void one_without_entries_is_one_at_once(void **state)
{
	Scene *scene = *state;

	scene->text = AS_HUB;
	reader_make(scene);
	scene->content.here = (Content){.state = CONTENT_READ};
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_ROLE));
	assert_true(is_held_by(scene, CHANGE_OVERLAY, GUARD_JOINING));
}

/* A consumer may read a part; who reads a hub loses what that lacks. */
static void entries_that_it_lacks_keep_it_closed(void **state)
{
	Scene *scene = *state;

	scene->text = AS_HUB;
	reader_make(scene);
	scene->content.extra.n_missing = 7;
	scene->options.consent.released = GUARD_BIT(GUARD_ROLE);
	(void)plan_steps(scene);
	assert_true(is_held_by(scene, CHANGE_OVERLAY, GUARD_JOINING));
	assert_non_null(strstr(change_of(scene, CHANGE_OVERLAY)->hold.text, "(7)"));
	scene->text = AS_CONSUMER;
	scene->options.consent.released = 0;
	scene->known_database.is_complete = false;
	(void)again(scene);
	assert_false(holds(scene, GUARD_JOINING));
}

static void a_hub_that_is_to_be_a_consumer_keeps_its_overlay(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	scene->text = AS_CONSUMER;
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
}

/* Its overlay makes no provider of it, which would have to fall first. */
static void a_hub_that_is_met_is_one(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	scene->known.n_databases = 0;
	assert_string_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_ROLE));
	scene->text = AS_CONSUMER;
	scene->content.peers = NULL;
	scene->content.n_peers = 0;
	(void)again(scene);
	assert_true(holds(scene, GUARD_ROLE));
}

static void a_provider_is_made_a_hub_by_a_persons_word(void **state)
{
	Scene *scene = *state;

	scene->text = AS_HUB;
	provider_make(scene, "23");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_ROLE), "the multi-provider flag"));
	scene->options.consent.released = GUARD_BIT(GUARD_ROLE);
	assert_string_not_equal(again(scene), "");
	assert_non_null(change_of(scene, CHANGE_MULTI_PROVIDER_OFF));
	assert_null(change_of(scene, CHANGE_OVERLAY));
}

/* Those of providers, which read nothing here, are not among them. */
static void limits_are_for_those_who_read_the_hub(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	scene->text = OF(ONE(HUB), PEER(2, "") PEER(3, "") PEER(4, CONSUMER READS("1") OWN));
	assert_string_not_equal(plan_steps(scene), "");
	assert_int_equal(scene->wanted.databases[0].n_readers, 1);
	assert_string_equal(change_of(scene, CHANGE_LIMITS)->subject, "cn=own," SUFFIX);
}

/* It is open: a provider that has a newer peers.json, where this one is a provider, reads it before
 * the file is here. */
static void a_hub_that_nobody_reads_lets_those_read_who_may_soon(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	scene->text = OF(ONE(HUB), PEER(2, OWN) PEER(3, OWN) PEER(4, CONSUMER));
	assert_string_not_equal(plan_steps(scene), "");
	assert_int_equal(scene->wanted.databases[0].n_readers, 1);
	assert_int_equal(scene->wanted.databases[0].n_leaves, 1);
	assert_string_equal(change_of(scene, CHANGE_LIMITS)->subject, "cn=own," SUFFIX);
}

/* --- who reads it --- */

static const char *const csns[] = {CSN};

/* Node 1 is a consumer that reads the hub 2, which has a consumer's contextCSN and no server ID. */
static Content *reads_a_hub(Scene *scene)
{
	Content *hub = pool_alloc(scene->pool, sizeof(*hub));

	scene->text = OF(ONE(CONSUMER READS("2")), PEER(2, HUB) PEER(3, ""));
	value_add(scene, scene->database, "olcDbIndex", "entryUUID eq");
	*hub = scene->content.peers[0];
	hub->context_csns = (const char **)(uintptr_t)csns;
	hub->server_id = 0;
	hub->is_open_hub = true;
	scene->content.peers = hub;
	return hub;
}

static void a_hub_that_can_be_read_proves_that_its_reader_is_complete(void **state)
{
	Scene *scene = *state;
	Content *hub = reads_a_hub(scene);
	Content away = {.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "away"};

	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	scene->content.others = &away;
	scene->content.n_others = 1;
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_JOINING));
	assert_int_equal(scene->plan.copies.n_complete, 1);
	hub->is_open_hub = false;
	(void)again(scene);
	assert_true(holds(scene, GUARD_JOINING));
}

static void nobody_joins_from_a_hub_that_joins(void **state)
{
	Scene *scene = *state;
	Content *hub = reads_a_hub(scene);

	scene->content.here = (Content){.state = CONTENT_READ};
	hub->n_context_csns = 0;
	assert_null(strstr(plan_steps(scene), "olcSyncrepl"));
	assert_true(holds(scene, GUARD_JOINING));
	hub->n_context_csns = 1;
	assert_non_null(strstr(again(scene), "olcSyncrepl"));
}

static void runs(Scene *scene, unsigned peer, const char *phase)
{
	Tree *tree = &scene->monitor;
	Entry *entry = &tree->entries[tree->n_entries++];

	entry->dn = pool_printf(scene->pool,
				"cn=Consumer 00%u,cn=Database 1,cn=Databases,cn=Monitor", peer);
	value_add(scene, entry, "olmSRProviderURIList",
		  pool_printf(scene->pool, "ldap://peer%u", peer));
	value_add(scene, entry, "olmSRSyncPhase", phase);
	value_add(scene, entry, "olmSRConnection", "IP=127.0.0.1:1");
}

/* It was just connecting when it was looked at, and is refused at once. */
static void the_last_link_stays_until_the_hub_is_seen_to_be_open(void **state)
{
	static const char *const phases[] = {"Refresh", "Persist"};
	Scene *scene = *state;

	(void)reads_a_hub(scene);
	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	scene->known_database.is_consumer = true;
	scene->known_database.is_complete = true;
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
		scene->monitor = (Tree){.entries = pool_alloc(scene->pool, 3 * sizeof(Entry)),
					.n_entries = 1};
		scene->monitor.entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
		value_add(scene, &scene->monitor.entries[0], "namingContexts", SUFFIX);
		runs(scene, 2, phases[i]);
		runs(scene, 3, "Persist");
		(void)again(scene);
		assert_true(is_held_by(scene, CHANGE_CONSUMER_REMOVE, GUARD_PROBING) == (i == 0));
		assert_true(change_of(scene, CHANGE_CONSUMER_REMOVE)->is_held == (i == 0));
	}
	/* OpenLDAP 2.4 tells nothing of its links. */
	scene->monitor = (Tree){0};
	(void)again(scene);
	assert_true(is_held_by(scene, CHANGE_CONSUMER_REMOVE, GUARD_PROBING));
}

static void a_provider_heals_and_no_hub(void **state)
{
	Scene *scene = *state;

	(void)reads_a_hub(scene);
	scene->text = OF(ONE(CONSUMER READS("2,3")), PEER(2, HUB) PEER(3, ""));
	scene_read(scene);
	assert_int_equal(healing_peer(&scene->wanted, &scene->wanted.databases[0])->id, 3);
}

static void a_hub_leaves_nobody_who_reads_it_alone(void **state)
{
	static const char *const texts[] = {
		OF(ONE(HUB), PEER(2, "") PEER(3, "") PEER(4, CONSUMER READS("1"))),
		OF(ONE(HUB), PEER(2, "") PEER(3, "") PEER(4, CONSUMER READS("1,2"))),
	};
	Scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		Plan plan = {0};

		scene->text = texts[i];
		scene_read(scene);
		leave_hold_parting(scene->pool, scene->input.desired, scene->wanted.self, &plan);
		assert_int_equal(plan.held.n_holds, 1 - i);
	}
}

static Probe probe_of(const Scene *scene, bool is_hub, int code, int sid)
{
	static const Tree nothing = {0};
	const ProbeAnswer answer = {.code = code, .text = "", .entries = &nothing};
	Probe probe = {.uri = "ldap://peer2", .suffix = SUFFIX, .peer_id = 2, .is_hub = is_hub};

	probe_take_sync(scene->pool, &probe, &answer, sid);
	return probe;
}

static void a_hub_needs_no_server_id(void **state)
{
	const Scene *scene = *state;
	const Probe hub = probe_of(scene, true, 0, -1), provider = probe_of(scene, false, 0, -1);
	const Probe closed = probe_of(scene, true, 12, -1);

	assert_int_equal(hub.n_faults, 0);
	assert_true(probe_content(&hub).is_open_hub);
	assert_true(probe_has_fault(&provider, PROBE_NO_SERVER_ID));
	assert_false(probe_content(&provider).is_open_hub);
	assert_true(probe_has_fault(&closed, PROBE_NO_SYNCPROV));
	assert_false(probe_content(&closed).is_open_hub);
}

static void log_add(Scene *scene)
{
	value_add(scene, &scene->config.entries[2], "olcSpSessionlog", "100");
}

static void a_session_log_loses_what_comes_through_a_hub(void **state)
{
	Scene *scene = *state;

	hub_make(scene);
	log_add(scene);
	for (size_t i = 0; i < 2; i++) {
		/* The name of the flag tells the release. */
		scene->options.multi_provider_attribute = i ? "olcMirrorMode" : "olcMultiProvider";
		(void)again(scene);
		assert_true(finds(scene, "session-log", SEVERITY_CRITICAL));
	}
}

static void with_2_4_one_loses_what_comes_to_a_consumer(void **state)
{
	Scene *scene = *state;

	scene->text = OF(ONE(""), PEER(2, "") PEER(3, "") PEER(4, CONSUMER));
	provider_make(scene, "23");
	log_add(scene);
	scene->options.multi_provider_attribute = "olcMirrorMode";
	(void)plan_steps(scene);
	assert_true(finds(scene, "session-log", SEVERITY_CRITICAL));
	scene->text = OF(ONE(""), PEER(2, "") PEER(3, ""));
	(void)again(scene);
	assert_false(finds(scene, "session-log", SEVERITY_CRITICAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(an_empty_hub_gets_links_first_and_no_server_id_nor_flag),
		SCENE_TEST(one_that_joined_as_a_hub_is_opened),
		SCENE_TEST(a_hub_in_step_asks_nobody),
		SCENE_TEST(a_hub_that_was_emptied_is_told_as_joining),
		SCENE_TEST(a_consumer_is_made_a_hub_by_a_persons_word),
		SCENE_TEST(one_without_entries_is_one_at_once),
		SCENE_TEST(entries_that_it_lacks_keep_it_closed),
		SCENE_TEST(a_hub_that_is_to_be_a_consumer_keeps_its_overlay),
		SCENE_TEST(a_hub_that_is_met_is_one),
		SCENE_TEST(a_provider_is_made_a_hub_by_a_persons_word),
		SCENE_TEST(limits_are_for_those_who_read_the_hub),
		SCENE_TEST(a_hub_that_nobody_reads_lets_those_read_who_may_soon),
		SCENE_TEST(a_hub_that_can_be_read_proves_that_its_reader_is_complete),
		SCENE_TEST(nobody_joins_from_a_hub_that_joins),
		SCENE_TEST(the_last_link_stays_until_the_hub_is_seen_to_be_open),
		SCENE_TEST(a_provider_heals_and_no_hub),
		SCENE_TEST(a_hub_leaves_nobody_who_reads_it_alone),
		SCENE_TEST(a_hub_needs_no_server_id),
		SCENE_TEST(a_session_log_loses_what_comes_through_a_hub),
		SCENE_TEST(with_2_4_one_loses_what_comes_to_a_consumer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
