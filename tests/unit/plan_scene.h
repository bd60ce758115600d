/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_PLAN_SCENE_H
#define SYNCWARD_TESTS_PLAN_SCENE_H

/* One server and one peers.json, and what the plan makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/decide/decide.h"

#define SUFFIX   "dc=x"
#define DATABASE "olcDatabase={1}mdb,cn=config"
#define OVERLAY  "olcOverlay=syncprov," DATABASE
#define CSN      "20261122101500.000000Z#000000#002#000000"

/* Node 1 of peers 1 to n_peers, with the suffix entry and everything its peer 2 has. */
typedef struct Scene {
	Pool *pool;
	unsigned n_peers;
	const char *policy;    /* of peers.json */
	const char *more;      /* members of the database in peers.json, each behind a comma */
	const char *server_id; /* of peers.json */
	const char *text;      /* all of peers.json; NULL: of the members above */
	const char *not_listed;
	Tree config, monitor;
	Entry *global, *database;
	DatabaseFacts content;
	Facts facts;
	KnownDatabase known_database;
	Known known;
	PlanOptions options;
	Wanted wanted;
	Live live;
	PlanInput input; /* all of it, when scene_read() was there */
	Plan plan;
} Scene;

static inline void value_add(Scene *scene, Entry *entry, const char *name, const char *value)
{
	entry_add_value(scene->pool, entry, name, value, strlen(value));
}

static inline int scene_make(void **state)
{
	static Scene scene;
	static const char *csns[] = {CSN}, *listeners[] = {"ldapi:///", "ldap://one"};
	static Content peer = {
		.peer_id = 2, .state = CONTENT_READ, .entry.exists = true, .server_id = 2};

	scene = (Scene){
		.pool = pool_new(), .n_peers = 3, .policy = "{}", .more = "", .server_id = "auto"};
	peer.entry.uuid = "uuid";
	peer.context_csns = csns;
	peer.n_context_csns = 1;
	scene.content = (DatabaseFacts){.suffix = SUFFIX,
					.here = peer,
					.peers = &peer,
					.n_peers = 1,
					.extra = {.was_asked = true, .peer_id = 2}};
	scene.content.here.peer_id = 0;
	scene.content.here.view.coverage = COPY_IS_COVERED;
	scene.facts = (Facts){.machine = {.fqdn = "one", .given.now = listeners, .given.n_now = 2},
			      .databases = &scene.content,
			      .n_databases = 1};
	scene.known_database = (KnownDatabase){.suffix = SUFFIX};
	scene.known = (Known){.databases = &scene.known_database, .n_databases = 1};
	scene.options = (PlanOptions){.sha256 = "", .multi_provider_attribute = "olcMultiProvider"};
	scene.config.entries = pool_alloc(scene.pool, 8 * sizeof(Entry));
	scene.global = &scene.config.entries[0];
	scene.database = &scene.config.entries[1];
	scene.config.n_entries = 2;
	scene.global->dn = "cn=config";
	scene.database->dn = DATABASE;
	value_add(&scene, scene.global, "objectClass", "olcGlobal");
	value_add(&scene, scene.database, "objectClass", "olcDatabaseConfig");
	value_add(&scene, scene.database, "olcDatabase", "{1}mdb");
	value_add(&scene, scene.database, "olcSuffix", SUFFIX);
	value_add(&scene, scene.database, "olcRootDN", "cn=admin," SUFFIX);
	*state = &scene;
	return 0;
}

static inline int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

/* A value as we would write it, of another order. */
static inline void consumer_add(Scene *scene, unsigned position, const char *host, unsigned rid,
				const char *more)
{
	value_add(scene, scene->database, "olcSyncrepl",
		  pool_printf(scene->pool,
			      "{%u}provider=ldap://%s rid=%u searchbase=" SUFFIX
			      " type=refreshAndPersist retry=\"60 +\" bindmethod=simple "
			      "binddn=cn=r," SUFFIX " credentials=x network-timeout=5 %s",
			      position, host, rid, more));
}

/* Everything but the peers is as it must be, and those named by letter "2", "3", ... are there. */
static inline void provider_make(Scene *scene, const char *peers)
{
	Entry *overlay = &scene->config.entries[2];

	value_add(scene, scene->global, "olcServerID", "1");
	value_add(scene, scene->database, "olcDbIndex", "entryCSN,entryUUID eq");
	value_add(scene, scene->database, "olcLimits",
		  "{0}dn.exact=\"cn=r," SUFFIX "\" size=unlimited time=unlimited");
	value_add(scene, scene->database, "olcMultiProvider", "TRUE");
	for (unsigned i = 0; peers[i]; i++)
		consumer_add(scene, i, pool_printf(scene->pool, "peer%c", peers[i]),
			     (unsigned)(peers[i] - '0'), "timeout=3");
	overlay->dn = "olcOverlay={0}syncprov," DATABASE;
	value_add(scene, overlay, "objectClass", "olcOverlayConfig");
	value_add(scene, overlay, "objectClass", "olcSyncProvConfig");
	value_add(scene, overlay, "olcOverlay", "{0}syncprov");
	value_add(scene, overlay, "olcSpCheckpoint", "100 10");
	scene->config.n_entries = 3;
}

static inline const char *peers_json(Scene *scene)
{
	Buf text = BUF_IN(scene->pool);

	buf_puts(&text, "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}");
	for (unsigned i = 2; i <= scene->n_peers; i++)
		buf_printf(&text, ", {\"id\": %u, \"uri\": \"ldap://peer%u\"}", i, i);
	buf_printf(&text,
		   "], \"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": "
		   "\"cn=r," SUFFIX "\", \"credentials\": \"x\"}%s}], \"policy\": %s, "
		   "\"server_id\": \"%s\"}",
		   scene->more, scene->policy, scene->server_id);
	return buf_text(&text);
}

/* Reads peers.json and the server. */
static inline void scene_read(Scene *scene)
{
	static const Secret secret = {.kind = CREDENTIALS_LITERAL, .name = "x", .text = "x"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	const char *text = scene->text ? scene->text : peers_json(scene);
	const Desired *desired;
	Error err = {0};

	scene->live = (Live){0};
	live_take_monitor(scene->pool, &scene->monitor, &scene->facts.machine.given, &scene->live);
	if (desired_parse(scene->pool, "f", text, strlen(text), &desired, &err) < 0 ||
	    wanted_make(scene->pool, desired, 0, &secrets, &scene->wanted, &err) < 0 ||
	    live_take_config(scene->pool, &scene->config, &scene->facts.machine, &scene->live,
			     &err) < 0)
		fail_msg("%s", err.text);
	scene->input = (PlanInput){
		.desired = desired,
		.not_listed = scene->not_listed,
		.wanted = scene->not_listed ? NULL : &scene->wanted,
		.live = &scene->live,
		.facts = &scene->facts,
		.known = &scene->known,
		.options = scene->options,
	};
}

/* The titles of the steps, one a line. */
static inline const char *plan_steps(Scene *scene)
{
	Buf titles = BUF_IN(scene->pool);

	scene_read(scene);
	plan_make(scene->pool, &scene->input, &scene->plan);
	assert_int_equal(scene->plan.n_breaches, 0);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		buf_printf(&titles, "%s\n", step_title(scene->pool, &scene->plan.order.steps[i]));
	return buf_text(&titles);
}

static inline bool holds(const Scene *scene, Guard guard)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == guard)
			return true;
	return false;
}

static inline bool finds(const Scene *scene, const char *code, Severity severity)
{
	for (size_t i = 0; i < scene->plan.n_findings; i++)
		if (strcmp(scene->plan.findings[i].code, code) == 0)
			return scene->plan.findings[i].severity == severity;
	return false;
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

#endif
