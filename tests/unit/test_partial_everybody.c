/* SPDX-License-Identifier: Apache-2.0 */
/* A node that does not read everybody: what is said of everybody is asked of everybody, and of whom
 * cannot be asked it is not known. */
#include "tests/unit/plan_scene.h"

#include "common/base/timestamp.h"
#include "common/link/link_probes.h"
#include "common/plan/plan_changes.h"
#include "common/remember/memory_after.h"

#define NOW 1795861000

#define DATABASES                                   \
	"], \"databases\": [{\"suffix\": \"" SUFFIX \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}"
#define ONE(reads) "{\"id\": 1, \"uri\": \"ldap://one\", \"reads\": [" reads "]}"
#define CONSUMER(reads) \
	", {\"id\": 4, \"uri\": \"ldap://peer4\", \"role\": \"consumer\", \"reads\": [" reads "]}"
#define PEER(id, reads) \
	", {\"id\": " #id ", \"uri\": \"ldap://peer" #id "\", \"reads\": [" reads "]}"

/* Nodes 1 and 3 read peer 2 alone, and it reads both. */
#define CHAIN "{\"format\": 1, \"peers\": [" ONE("2") PEER(2, "1, 3") PEER(3, "2")
/* 1 reads 2, who reads 3, who reads 1. */
#define RING "{\"format\": 1, \"peers\": [" ONE("2") PEER(2, "3") PEER(3, "1")

static const char *own_csns[] = {"20261122101400.000000Z#000000#001#000000", CSN};
static const char *far_csns[] = {CSN, "20261122101501.000000Z#000000#003#000000"};

static const char *told_by(const Scene *scene, Guard guard)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == guard)
			return scene->plan.held.holds[i].text;
	return "";
}

static void tells(Scene *scene, Guard guard, const char *text)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	if (!strstr(told_by(scene, guard), text))
		fail_msg("%s: %s", text, told_by(scene, guard));
}

/* Peer 3, which has what peer 2 has. */
static Content *far_make(Scene *scene, const char *peers)
{
	Content *copies = pool_alloc(scene->pool, 2 * sizeof(*copies));

	copies[0] = scene->content.peers[0];
	copies[1] = copies[0];
	copies[1].peer_id = copies[1].server_id = 3;
	scene->content.peers = &copies[0];
	scene->content.others = &copies[1];
	scene->content.n_others = 1;
	scene->text = pool_printf(scene->pool, "%s" DATABASES "%s}]}", peers, scene->more);
	scene->facts.now_sec = NOW;
	return &copies[1];
}

static void silence(Content *copy)
{
	*copy = (Content){.peer_id = copy->peer_id,
			  .state = CONTENT_UNREACHABLE,
			  .problem = "ldap://peer3: no answer"};
}

/* A node that reads one peer and is no provider yet. */
static void joining_from(Scene *scene, const char *host, unsigned rid)
{
	provider_make(scene, "");
	scene->database->n_attributes = 0;
	value_add(scene, scene->database, "objectClass", "olcDatabaseConfig");
	value_add(scene, scene->database, "olcDatabase", "{1}mdb");
	value_add(scene, scene->database, "olcSuffix", SUFFIX);
	value_add(scene, scene->database, "olcRootDN", "cn=admin," SUFFIX);
	consumer_add(scene, 0, host, rid, "timeout=3");
	scene->known_database.is_joining = true;
}

static void joining_make(Scene *scene)
{
	joining_from(scene, "peer2", 2);
}

/* The same, and whom it reads reads it since long ago. */
static void joining_and_read_make(Scene *scene)
{
	joining_make(scene);
	value_add(scene, &scene->config.entries[2], "createTimestamp", "20261122101500Z");
	scene->content.readers = (ReadersHere){.was_asked = true, .n_sessions = 1};
}

/* --- joining --- */

/* Neither copy is a provider's: only when nobody has more they are complete. */
static void nobody_has_more_is_said_of_everybody(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);

	joining_make(scene);
	scene->content.peers[0].server_id = far->server_id = 0;
	scene->content.readers = (ReadersHere){.was_asked = true, .n_sessions = 2};
	scene->options.consent.released = 0;
	(void)plan_steps(scene);
	assert_null(strstr(told_by(scene, GUARD_JOINING),
			   "no peer proves that the first refresh is complete"));
	/* In its own first refresh: what it has is not known. */
	far->n_context_csns = 0;
	tells(scene, GUARD_JOINING, "ldap://peer3 has entries and shows no contextCSN");
	silence(far);
	tells(scene, GUARD_JOINING, "no peer proves that the first refresh is complete");
	tells(scene, GUARD_JOINING, "ldap://peer3: no answer");
}

static void what_a_far_peer_showed_is_known_to_be_missing(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);

	joining_make(scene);
	scene->content.peers[0].server_id = 0;
	far->context_csns = far_csns;
	far->n_context_csns = 2;
	tells(scene, GUARD_JOINING, "not here: changes of server ID 3");
}

static void what_a_far_peer_showed_is_remembered(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);
	const KnownDatabase *known;

	joining_make(scene);
	scene->content.peers[0].server_id = 0;
	far->context_csns = far_csns;
	far->n_context_csns = 2;
	(void)plan_steps(scene);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	known = known_database(&scene->known, SUFFIX);
	assert_int_equal(known->seen.n_items, 2);
	assert_int_equal(known->seen.items[1].peer_id, 3);
	assert_true(peer_ids_have(&known->met, 3));
}

/* It has data of its own, and was never compared. */
static void a_far_peer_may_have_more_than_one_that_is_alone(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);
	Content *near = &scene->content.peers[0];

	provider_make(scene, "");
	scene->database->n_attributes = 0;
	value_add(scene, scene->database, "objectClass", "olcDatabaseConfig");
	value_add(scene, scene->database, "olcDatabase", "{1}mdb");
	value_add(scene, scene->database, "olcSuffix", SUFFIX);
	value_add(scene, scene->database, "olcRootDN", "cn=admin," SUFFIX);
	scene->config.n_entries = 2;
	scene->known.n_databases = 0;
	scene->content.here.context_csns = own_csns;
	scene->content.here.n_context_csns = 1;
	silence(far);
	*near = (Content){.peer_id = 2,
			  .state = CONTENT_UNREACHABLE,
			  .problem = "refused",
			  .nobody_listens = true};
	tells(scene, GUARD_JOINING,
	      "If this node wrote without newer changes from there, they would be deleted");
	tells(scene, GUARD_JOINING, "ldap://peer3: no answer");
	far->nobody_listens = true;
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_JOINING));
}

#define LINKS (CHANGE_BIT(CHANGE_CONSUMER_ADD) | CHANGE_BIT(CHANGE_CONSUMER_REMOVE))

/* Peer 2 was tried. */
static const LinkProbes *good_make(Scene *scene)
{
	const WantedConsumer *consumer = &scene->wanted.databases[0].consumers[0];
	LinkProbes *probes = pool_alloc(scene->pool, sizeof(*probes));

	POOL_PUSH(scene->pool, probes->items, probes->n_items,
		  {.suffix = SUFFIX,
		   .identity = link_identity(scene->pool, &consumer->syncrepl, consumer->secret),
		   .peer_id = 2,
		   .probe = {.peer_id = 2, .steps = {[PROBE_SUFFIX] = PROBE_GOOD}}});
	return probes;
}

/* Read from two at once, what was deleted meanwhile comes back. */
static void who_joins_from_another_peer_than_before_reads_one(void **state)
{
	Scene *scene = *state;

	(void)far_make(scene, CHAIN);
	joining_from(scene, "peer3", 3);
	scene->content.here.n_context_csns = 0;
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_PROBING)); /* whether peer 2 lets it in */
	assert_null(change_first_free(&scene->plan, NULL, LINKS));
	assert_false(holds(scene, GUARD_REMOVAL));
	scene->facts.probes = good_make(scene);
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_non_null(change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_ADD)));
	assert_non_null(change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_REMOVE)));
}

/* slapd tells that it has no connection. */
static bool adds_freely(Scene *scene)
{
	scene_read(scene);
	scene->facts.probes = good_make(scene);
	scene->live.runs.is_known = true;
	scene->plan = (Plan){0};
	plan_make(scene->pool, &scene->input, &scene->plan);
	return change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_ADD)) != NULL;
}

/* Peer 3 is a consumer now, and its link stays; slapd may connect yet. */
static void who_joins_reads_nobody_beside_a_link_that_was_just_written(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, "
		      "{\"id\": 2, \"uri\": \"ldap://peer2\"}, {\"id\": 3, \"uri\": "
		      "\"ldap://peer3\", \"role\": \"consumer\", \"reads\": [2]}" DATABASES "}]}";
	scene->facts.now_sec = NOW;
	joining_from(scene, "peer3", 3);
	scene->content.here.n_context_csns = 0;
	assert_false(adds_freely(scene));
	assert_true(holds(scene, GUARD_REMOVAL));
	assert_true(scene->plan.copies.n_source_gone > 0);
	scene->known_database.source_gone_sec = NOW - 65; /* retry, network-timeout and one */
	assert_false(adds_freely(scene));
	scene->known_database.source_gone_sec = NOW - 66;
	assert_true(adds_freely(scene));
}

static bool removes_freely(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	return change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_REMOVE)) != NULL;
}

/* Closed by the fence, or by a hand that took the flag away, it joins once more, and others may get
 * changes by way of it all the same. */
static void what_was_filled_before_parts_nobody_unasked(void **state)
{
	static FenceRecord record = {.suffix = SUFFIX, .is_closed = true};
	Scene *scene = *state;

	(void)far_make(scene, CHAIN);
	joining_from(scene, "peer3", 3);
	scene->content.here.n_context_csns = 0;
	(void)plan_steps(scene);
	scene->facts.probes = good_make(scene);
	assert_true(removes_freely(scene));
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1};
	assert_false(removes_freely(scene));
	assert_true(holds(scene, GUARD_REMOVAL));
	assert_non_null(change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_ADD)));
	scene->known.fence.n_items = 0;
	scene->known_database.is_joining = false;
	scene->known_database.is_complete = true;
	assert_false(removes_freely(scene));
}

/* --- who reads this node --- */

static bool is_open(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	return change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON)) != NULL;
}

/* Peer 3 reads this node, which does not read it; peer 2 is the other way round. */
static void who_reads_this_node_is_waited_for_though_it_is_not_read(void **state)
{
	Scene *scene = *state;

	(void)far_make(scene, RING);
	joining_make(scene);
	scene->content.readers = (ReadersHere){.was_asked = true, .n_sessions = 0};
	assert_false(is_open(scene));
	assert_non_null(strstr(told_by(scene, GUARD_JOINING), "ldap://peer3 (0 of 1 do)"));
	scene->content.readers.n_sessions = 1;
	value_add(scene, &scene->config.entries[2], "createTimestamp", "20261122101500Z");
	assert_true(is_open(scene));
}

/* Peer 2 still reads here, over a link that peers.json does not let it have any more. */
static void who_is_about_to_go_is_not_counted_as_one_that_reads_here(void **state)
{
	static const char *addresses[] = {"192.0.2.2"};
	Scene *scene = *state;
	Content *far = far_make(scene, RING);

	joining_make(scene);
	value_add(scene, &scene->config.entries[2], "createTimestamp", "20261122101500Z");
	scene->content.peers[0].address = "192.0.2.2";
	far->address = "192.0.2.3";
	scene->content.readers =
		(ReadersHere){.was_asked = true, .n_sessions = 1, .addresses = addresses};
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "ldap://peer3 (0 of 1 do; connections of other peers: 1)");
	addresses[0] = "192.0.2.3";
	assert_true(is_open(scene));
	addresses[0] = "198.51.100.1"; /* another address of its machine, as far as anybody knows */
	assert_true(is_open(scene));
	addresses[0] = "192.0.2.2";
	far->address = "192.0.2.2"; /* both at one */
	assert_true(is_open(scene));
}

/* Two connections of one peer are not one of each. */
static void who_is_connected_twice_reads_here_once(void **state)
{
	static const char *addresses[] = {"192.0.2.3", "192.0.2.3"};
	Scene *scene = *state;
	Content *far = far_make(scene, "{\"format\": 1, \"peers\": [" ONE("2") PEER(2, "1, 3")
					       PEER(3, "1"));

	joining_make(scene);
	value_add(scene, &scene->config.entries[2], "createTimestamp", "20261122101500Z");
	scene->content.peers[0].address = "192.0.2.2";
	far->address = "192.0.2.3";
	scene->content.readers =
		(ReadersHere){.was_asked = true, .n_sessions = 2, .addresses = addresses};
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "(1 of 2 do)");
	addresses[1] = "192.0.2.2";
	assert_true(is_open(scene));
}

/* Consumer 4 reads this node, or another one; nobody knows its address. */
static void a_consumer_is_not_taken_for_a_provider_that_reads_here(void **state)
{
	static const char *addresses[] = {"192.0.2.4", "198.51.100.1"};
	Scene *scene = *state;

	(void)far_make(scene, RING CONSUMER("1"));
	scene->content.heirs = scene->content.peers;
	scene->content.n_heirs = 1;
	joining_make(scene);
	value_add(scene, &scene->config.entries[2], "createTimestamp", "20261122101500Z");
	scene->content.readers =
		(ReadersHere){.was_asked = true, .n_sessions = 1, .addresses = addresses};
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "ldap://peer3 (0 of 1 do; connections of other peers: 1)");
	scene->content.readers.n_sessions = 2;
	assert_true(is_open(scene));
	(void)far_make(scene, RING CONSUMER("2"));
	scene->content.readers.n_sessions = 1;
	assert_true(is_open(scene));
}

/* What a peer that reads by way of others lacks, or has alone, stops on its way. */
static void a_far_peer_is_in_step_before_clients_may_write(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);
	const Content in_step = *far;

	joining_and_read_make(scene);
	assert_true(is_open(scene));
	far->context_csns = far_csns;
	far->n_context_csns = 2;
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "ldap://peer3 has changes that are not here yet");
	*far = in_step;
	scene->content.here.context_csns = scene->content.peers[0].context_csns = far_csns;
	scene->content.here.n_context_csns = scene->content.peers[0].n_context_csns = 2;
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "ldap://peer3 lacks changes that are here");
	/* Its changes are here, so it will come back. */
	silence(far);
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "ldap://peer3: no answer");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_true(is_open(scene));
}

/* What was written before there were server IDs, and is not in each contextCSN, waits for a heal.
 */
static void what_has_no_server_id_keeps_nobody_waiting(void **state)
{
	static const char *csns[] = {"20261122101400.000000Z#000000#000#000000", CSN};
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);

	joining_and_read_make(scene);
	far->context_csns = csns;
	far->n_context_csns = 2;
	assert_true(is_open(scene));
}

static void who_reads_at_intervals_is_not_waited_for(void **state)
{
	Scene *scene = *state;
	Content *far;

	far = far_make(
		scene,
		"{\"format\": 1, \"peers\": [" ONE("2")
			PEER(2, "1, 3") ", {\"id\": 3, \"uri\": \"ldap://peer3\", \"reads\": [2], "
					"\"as_consumer\": {\"type\": \"refreshOnly\"}}");
	joining_and_read_make(scene);
	far->context_csns = far_csns;
	far->n_context_csns = 2;
	assert_true(is_open(scene));
}

/* Peer 3 is connected to peer 2, and that one reads at intervals: what is younger is on its way. */
static void changes_are_given_the_time_of_the_intervals_on_their_way(void **state)
{
	static const char chain[] = "{\"format\": 1, \"peers\": [" ONE(
		"2") ", {\"id\": 2, \"uri\": \"ldap://peer2\", "
		     "\"reads\": [1, 3], \"as_consumer\": {\"type\": \"refreshOnly\", "
		     "\"interval\": \"00:01:00:00\"}}" PEER(3, "2");
	Scene *scene = *state;
	Content *far = far_make(scene, chain);
	const int64_t made_sec = timestamp_parse("2026-11-22T10:15:01Z");
	const Content in_step = *far;

	joining_and_read_make(scene);
	far->context_csns = far_csns;
	far->n_context_csns = 2;
	scene->facts.now_sec = made_sec + 3600;
	assert_true(is_open(scene));
	scene->facts.now_sec = made_sec + 3600 + 20;
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING,
	      "ldap://peer3 has changes that are not here yet, which may take 3610 s");
	*far = in_step;
	scene->content.here.context_csns = scene->content.peers[0].context_csns = far_csns;
	scene->content.here.n_context_csns = scene->content.peers[0].n_context_csns = 2;
	assert_false(is_open(scene));
	tells(scene, GUARD_JOINING, "ldap://peer3 lacks changes that are here, which may take");
	scene->facts.now_sec = made_sec + 3600;
	assert_true(is_open(scene));
}

/* Nobody knows of one that was never there. */
static void a_far_peer_that_is_not_there_yet_is_not_waited_for(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);

	joining_and_read_make(scene);
	silence(far);
	assert_true(is_open(scene));
}

/* The log is replayed to those who read here. */
static void the_session_log_waits_for_those_who_read_here(void **state)
{
	Scene *scene = *state;
	Content *far;

	scene->more = ", \"syncprov\": {\"sessionlog\": false}";
	far = far_make(scene, RING);
	provider_make(scene, "2");
	value_add(scene, &scene->config.entries[2], "olcSpSessionlog", "100");
	silence(&scene->content.peers[0]);
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_SESSION_LOG));
	silence(far);
	tells(scene, GUARD_SESSION_LOG, "ldap://peer3 is not");
}

/* --- identity --- */

static void a_far_peer_with_our_id_is_a_twin(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);

	provider_make(scene, "2");
	far->server_id = 1;
	tells(scene, GUARD_IDENTITY, "ldap://peer3 runs under server ID 1");
	far->server_id = 3;
	far->has_clock = true;
	far->clock_ahead_sec = 3600;
	tells(scene, GUARD_IDENTITY, "the clock of ldap://peer3");
}

/* Peer 3 runs under 4, so that is not to be given to this node. */
static void an_id_that_a_far_peer_runs_under_is_not_free(void **state)
{
	Scene *scene = *state;
	Content *far = far_make(scene, CHAIN);

	value_add(scene, scene->global, "olcServerID", "4");
	scene->not_listed = "no peer is this node";
	(void)plan_steps(scene);
	assert_non_null(strstr(scene->plan.held.holds[0].release, "\"id\": 4"));
	far->server_id = 4;
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_non_null(strstr(scene->plan.held.holds[0].release, "\"id\": 5"));
}

/* --- what is printed, and what is needed --- */

static void the_line_that_takes_this_node_out_keeps_far_peers(void **state)
{
	Scene *scene = *state;

	(void)far_make(scene, CHAIN);
	for (size_t i = 0; i < scene->database->n_attributes; i++)
		if (strcmp(scene->database->attributes[i].name, "olcSuffix") == 0)
			scene->database->attributes[i].values[0].bytes = "dc=another";
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_DATABASE));
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_DATABASE)
			assert_non_null(strstr(scene->plan.held.holds[i].release, "[2, 3]"));
}

/* Node 2 alone needs the password of peer 3. */
static void a_password_of_whom_it_does_not_read_is_not_needed(void **state)
{
	static const char text[] = "{\"format\": 1, \"peers\": [" ONE("2") PEER(
		2, "1, 3") ", {\"id\": 3, \"uri\": \"ldap://peer3\", \"reads\": [2], \"syncrepl\": "
			   "{\"credentials\": {\"file\": \"/three\"}}}" DATABASES "}]}";
	static const Secret secrets[] = {
		{.kind = CREDENTIALS_LITERAL, .name = "x", .text = "x"},
		{.kind = CREDENTIALS_FILE, .name = "/three", .problem = "/three: not there"}};
	const Secrets known = {.items = secrets, .n_items = 2};
	Scene *scene = *state;
	const Desired *desired;
	Error err = {0};

	if (desired_parse(scene->pool, "f", text, strlen(text), &desired, &err) < 0 ||
	    wanted_make(scene->pool, desired, 0, &known, &scene->wanted, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(scene->wanted.databases[0].n_others, 1);
	assert_non_null(strstr(scene->wanted.databases[0].consumers[1].no_secret, "/three"));
	assert_null(scene->wanted.databases[0].consumers[0].no_secret);
	assert_true(wanted_needs_secret(&scene->wanted, &secrets[0]));
	assert_false(wanted_needs_secret(&scene->wanted, &secrets[1]));
	assert_int_equal(wanted_make(scene->pool, desired, 1, &known, &scene->wanted, &err), -1);
	assert_non_null(strstr(err.text, "/three: not there"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(nobody_has_more_is_said_of_everybody),
		SCENE_TEST(what_a_far_peer_showed_is_known_to_be_missing),
		SCENE_TEST(what_a_far_peer_showed_is_remembered),
		SCENE_TEST(a_far_peer_may_have_more_than_one_that_is_alone),
		SCENE_TEST(who_joins_from_another_peer_than_before_reads_one),
		SCENE_TEST(who_joins_reads_nobody_beside_a_link_that_was_just_written),
		SCENE_TEST(what_was_filled_before_parts_nobody_unasked),
		SCENE_TEST(who_reads_this_node_is_waited_for_though_it_is_not_read),
		SCENE_TEST(who_is_about_to_go_is_not_counted_as_one_that_reads_here),
		SCENE_TEST(who_is_connected_twice_reads_here_once),
		SCENE_TEST(a_consumer_is_not_taken_for_a_provider_that_reads_here),
		SCENE_TEST(changes_are_given_the_time_of_the_intervals_on_their_way),
		SCENE_TEST(a_far_peer_is_in_step_before_clients_may_write),
		SCENE_TEST(what_has_no_server_id_keeps_nobody_waiting),
		SCENE_TEST(who_reads_at_intervals_is_not_waited_for),
		SCENE_TEST(a_far_peer_that_is_not_there_yet_is_not_waited_for),
		SCENE_TEST(the_session_log_waits_for_those_who_read_here),
		SCENE_TEST(a_far_peer_with_our_id_is_a_twin),
		SCENE_TEST(an_id_that_a_far_peer_runs_under_is_not_free),
		SCENE_TEST(the_line_that_takes_this_node_out_keeps_far_peers),
		SCENE_TEST(a_password_of_whom_it_does_not_read_is_not_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
