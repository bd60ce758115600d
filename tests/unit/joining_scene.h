/* SPDX-License-Identifier: Apache-2.0 */
/* A node that joins and the peers that it reads, for tests of what it waits for. Everything is here
 * and known; each test takes away what it is about. */
#ifndef SYNCWARD_TEST_JOINING_SCENE_H
#define SYNCWARD_TEST_JOINING_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/timestamp.h"
#include "common/comparing/joining_extra.h"
#include "common/draft/diff.h"
#include "common/guard/first_change.h"
#include "common/joining/joining.h"
#include "common/joining/joining_links.h"
#include "common/joining/joining_readers.h"

#define SUFFIX      "dc=example,dc=org"
#define OLD         "20261122101500.000001Z#000000#001#000000"
#define NEW         "20261122101501.000000Z#000000#001#000000"
#define MESSAGE_MAX 300
#define OWN         "20261122101500.000000Z#000000#002#000000"

/* A node with id 2 and one peer with id 1, both with the same suffix entry, refreshing from it. */
typedef struct Scene {
	Pool *pool;
	Peer peers[3];
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
	Live server; /* that tells no listeners */
	PlanInput input;
	Plan plan;
	Diff diff;
} Scene;

static inline Content content(unsigned peer_id, const char **csns, size_t n_csns)
{
	return (Content){
		.peer_id = peer_id,
		.state = CONTENT_READ,
		.entry.exists = true,
		.server_id = (int)peer_id,
		.entry.uuid = "00000000-0000-0000-0000-000000000001",
		.context_csns = csns,
		.n_context_csns = n_csns,
	};
}

static inline int scene_make(void **state)
{
	static const Entry entry = {.dn = "olcDatabase={1}mdb,cn=config"};
	static Scene scene;

	scene = (Scene){.pool = pool_new()};
	scene.peers[0] = (Peer){.id = 1, .uri = "ldap://one"};
	scene.peers[1] = (Peer){.id = 2, .uri = "ldap://two"};
	scene.peers[2] = (Peer){.id = 3, .uri = "ldap://three"};
	scene.desired = (Desired){.peers = scene.peers, .n_peers = 3};
	scene.desired_database = (DesiredDatabase){.suffix = SUFFIX};
	scene.consumer = (WantedConsumer){.peer = &scene.peers[0]};
	scene.database = (WantedDatabase){
		.desired = &scene.desired_database, .consumers = &scene.consumer, .n_consumers = 1};
	scene.wanted = (Wanted){.desired = &scene.desired, .self = &scene.peers[1]};
	scene.live = (LiveDatabase){
		.entry = &entry, .consumers = &scene.live_consumer, .n_consumers = 1};
	scene.here_csns[0] = scene.peer_csns[0] = OLD;
	scene.peer = content(1, scene.peer_csns, 1);
	scene.database_facts = (DatabaseFacts){.suffix = SUFFIX,
					       .here = content(0, scene.here_csns, 1),
					       .peers = &scene.peer,
					       .n_peers = 1,
					       .extra = {.was_asked = true, .peer_id = 1}};
	scene.facts = (Facts){.databases = &scene.database_facts, .n_databases = 1};
	scene.known_database = (KnownDatabase){.suffix = SUFFIX};
	scene.input = (PlanInput){.desired = &scene.desired,
				  .live = &scene.server,
				  .wanted = &scene.wanted,
				  .facts = &scene.facts,
				  .known = &scene.known};
	scene.diff = (Diff){.pool = scene.pool, .in = &scene.input, .plan = &scene.plan};
	*state = &scene;
	return 0;
}

static inline int scene_free(void **state)
{
	Scene *scene = *state;

	pool_free(scene->pool);
	return 0;
}

/* The guard that holds; -1: none. Names are short here: in a message each counts as a word. */
static inline int judge(Scene *scene)
{
	const Hold *hold;

	scene->diff.n_joining = 0; /* a pass asks once */
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	if (hold && strlen(hold->text) > MESSAGE_MAX)
		fail_msg("%zu characters: %s", strlen(hold->text), hold->text);
	return hold ? (int)hold->guard : -1;
}

/* --- whom it reads --- */

typedef struct Links {
	WantedConsumer consumers[2];
	Content peers[2];
	LiveDatabase live;
	Change changes[2];
	const WantedConsumer *of_live[1];
} Links;

/* Peers 1 and 3 hold data, and olcSyncrepl shall name both. */
static inline Links *links_make(Scene *scene)
{
	static Links links;

	links = (Links){0};
	links.peers[0] = content(1, scene->peer_csns, 1);
	links.peers[1] = content(3, scene->peer_csns, 1);
	links.consumers[0] = (WantedConsumer){.peer = &scene->peers[0]};
	links.consumers[1] = (WantedConsumer){.peer = &scene->peers[2]};
	for (int i = 0; i < 2; i++)
		links.changes[i] = (Change){.kind = CHANGE_CONSUMER_ADD,
					    .suffix = SUFFIX,
					    .subject = links.consumers[i].peer->uri,
					    .consumer.wanted = &links.consumers[i]};
	scene->database.consumers = links.consumers;
	scene->database.n_consumers = 2;
	scene->database_facts.peers = links.peers;
	scene->database_facts.n_peers = 2;
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	scene->live.n_consumers = 0;
	scene->plan = (Plan){.changes = links.changes, .n_changes = 2};
	return &links;
}

/* --- before clients may write --- */

static inline int judge_flag(Scene *scene)
{
	const Hold *hold = joining_judge_flag(&scene->diff, &scene->database, &scene->live);

	return hold ? (int)hold->guard : -1;
}

/* It reads, has everything, and its overlay is there for 100 seconds; the peer is a provider. */
static inline void overlay_make(Scene *scene)
{
	static Value added = {.bytes = "20261122101500Z", .len = 15};
	static Attribute attribute = {.name = "createTimestamp", .values = &added, .n_values = 1};
	static Entry overlay = {
		.dn = "olcOverlay=syncprov", .attributes = &attribute, .n_attributes = 1};

	scene->live.syncprov = &overlay;
	scene->desired_database.syncprov.is_managed = true;
	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->consumer.syncrepl.value[SYNCREPL_RETRY] = "5 5 60 +";
	scene->peer.server_id = 1;
	scene->facts.now_sec = timestamp_parse("2026-11-22T10:15:00Z") + 50;
	scene->database_facts.readers.was_asked = true;
}

/* It is a provider, and was older than it had been when slapd started. */
static inline void fence(Scene *scene)
{
	static FenceRecord record = {.suffix = SUFFIX, .verdict = FENCE_OLDER, .is_closed = true};

	scene->live.is_multi_provider = true;
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1, .looked_sec = 1};
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

#endif
