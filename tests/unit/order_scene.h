/* SPDX-License-Identifier: Apache-2.0 */
/* A node of its own making for tests of a plan: node 1 of two peers, with two databases, of which
 * each test says what is there. */
#ifndef SYNCWARD_TEST_ORDER_SCENE_H
#define SYNCWARD_TEST_ORDER_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/decide/decide.h"

#define SCENE_SUFFIX "dc=a"
#define SCENE_OTHER  "dc=b"
#define SCENE_DN     "olcDatabase={1}mdb,cn=config"

/* contextCSN or entryCSN of that minute and server ID. */
#define SCENE_CSN(minute, sid) "2026112210" minute "00.000000Z#000000#" sid "#000000"

/* One database: its entry, its overlay's (not there while it has no DN), and what it holds. */
typedef struct SceneDatabase {
	Entry *entry, *overlay;
	const char *csn;      /* here; NULL: none */
	const char *peer_csn; /* at peer 2; NULL: none */
	const char *syncprov; /* of peers.json; NULL: left out */
} SceneDatabase;

typedef struct PlanScene {
	Pool *pool;
	Tree config;
	Entry *global;
	SceneDatabase databases[2];
	size_t n_databases;
	const char *policy; /* of peers.json; NULL: left out */
	DatabaseFacts content[2];
	Content peers[2];
	Facts facts;
	KnownDatabase known_databases[2];
	Known known;
	PlanOptions options;
	Live live;
	Plan plan;
} PlanScene;

static inline void scene_add(PlanScene *scene, Entry *entry, const char *name, const char *value)
{
	entry_add_value(scene->pool, entry, name, value, strlen(value));
}

static inline void scene_database_make(PlanScene *scene, size_t i, const char *suffix)
{
	SceneDatabase *database = &scene->databases[i];

	database->entry = &scene->config.entries[1 + 2 * i];
	database->overlay = &scene->config.entries[2 + 2 * i];
	database->entry->dn = pool_printf(scene->pool, "olcDatabase={%zu}mdb,cn=config", i + 1);
	scene_add(scene, database->entry, "objectClass", "olcDatabaseConfig");
	scene_add(scene, database->entry, "olcDatabase",
		  pool_printf(scene->pool, "{%zu}mdb", i + 1));
	scene_add(scene, database->entry, "olcSuffix", suffix);
	scene_add(scene, database->entry, "olcRootDN",
		  pool_printf(scene->pool, "cn=admin,%s", suffix));
	database->csn = database->peer_csn = SCENE_CSN("15", "002");
	scene->known_databases[i].suffix = suffix;
	scene->content[i].suffix = suffix;
	scene->content[i].here =
		(Content){.state = CONTENT_READ, .entry.exists = true, .entry.uuid = "uuid"};
	scene->peers[i] = scene->content[i].here;
	scene->content[i].here.view.coverage = COPY_IS_COVERED;
	scene->peers[i].peer_id = 2;
	scene->content[i].peers = &scene->peers[i];
	scene->content[i].n_peers = 1;
}

static inline int plan_scene_make(void **state)
{
	static PlanScene scene;

	scene = (PlanScene){.pool = pool_new(), .n_databases = 1};
	scene.config.entries = pool_alloc(scene.pool, 5 * sizeof(Entry));
	scene.config.n_entries = 5;
	scene.global = &scene.config.entries[0];
	scene.global->dn = "cn=config";
	scene_add(&scene, scene.global, "objectClass", "olcGlobal");
	scene_database_make(&scene, 0, SCENE_SUFFIX);
	scene_database_make(&scene, 1, SCENE_OTHER);
	for (size_t i = 0; i < 2; i++) {
		scene.databases[i].overlay->dn = "cn=nothing";
		scene.databases[i].overlay->n_attributes = 0;
	}
	scene.facts =
		(Facts){.machine = {.fqdn = "one"}, .databases = scene.content, .n_databases = 2};
	scene.known = (Known){.databases = scene.known_databases, .n_databases = 2};
	scene.options = (PlanOptions){.sha256 = "", .multi_provider_attribute = "olcMultiProvider"};
	*state = &scene;
	return 0;
}

static inline int plan_scene_free(void **state)
{
	pool_free(((PlanScene *)*state)->pool);
	return 0;
}

/* The overlay is there, with our checkpoint. */
static inline Entry *scene_overlay(PlanScene *scene, size_t i)
{
	Entry *overlay = scene->databases[i].overlay;

	overlay->dn = pool_printf(scene->pool, "olcOverlay={0}syncprov,%s",
				  scene->databases[i].entry->dn);
	scene_add(scene, overlay, "objectClass", "olcOverlayConfig");
	scene_add(scene, overlay, "objectClass", "olcSyncProvConfig");
	scene_add(scene, overlay, "olcOverlay", "{0}syncprov");
	scene_add(scene, overlay, "olcSpCheckpoint", "100 10");
	return overlay;
}

/* Peer 2 is read, indices and limits are right. */
static inline void scene_reads(PlanScene *scene, size_t i)
{
	const char *suffix = scene->content[i].suffix;
	Entry *entry = scene->databases[i].entry;

	scene_add(scene, entry, "olcSyncrepl",
		  pool_printf(scene->pool,
			      "{0}provider=ldap://two rid=2 searchbase=%s type=refreshAndPersist "
			      "retry=\"60 +\" bindmethod=simple binddn=cn=r credentials=x "
			      "network-timeout=5 timeout=3",
			      suffix));
	scene_add(scene, entry, "olcDbIndex", "entryCSN,entryUUID eq");
	scene_add(scene, entry, "olcLimits", "{0}dn.exact=\"cn=r\" size=unlimited time=unlimited");
}

/* All of it is there but for the server ID. */
static inline Entry *scene_provides(PlanScene *scene, size_t i)
{
	scene_reads(scene, i);
	scene_add(scene, scene->databases[i].entry, "olcMultiProvider", "TRUE");
	return scene_overlay(scene, i);
}

static inline const char *scene_json(PlanScene *scene)
{
	Buf text = BUF_IN(scene->pool);

	buf_puts(&text,
		 "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, {\"id\": "
		 "2, \"uri\": \"ldap://two\"}], \"databases\": [");
	for (size_t i = 0; i < scene->n_databases; i++) {
		buf_printf(&text,
			   "%s{\"suffix\": \"%s\", \"syncrepl\": {\"binddn\": \"cn=r\", "
			   "\"credentials\": \"x\"}",
			   i > 0 ? ", " : "", scene->content[i].suffix);
		if (scene->databases[i].syncprov)
			buf_printf(&text, ", \"syncprov\": %s", scene->databases[i].syncprov);
		buf_puts(&text, "}");
	}
	buf_puts(&text, "]");
	if (scene->policy)
		buf_printf(&text, ", \"policy\": %s", scene->policy);
	buf_puts(&text, "}");
	return buf_text(&text);
}

static inline void scene_csn_set(PlanScene *scene, Content *content, const char *csn)
{
	content->context_csns = NULL;
	content->n_context_csns = 0;
	if (csn)
		POOL_PUSH(scene->pool, content->context_csns, content->n_context_csns, csn);
}

static inline void scene_plan(PlanScene *scene)
{
	static const Secret secret = {.kind = CREDENTIALS_LITERAL, .name = "x", .text = "x"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	const char *text = scene_json(scene);
	const Desired *desired;
	PlanInput input = {.facts = &scene->facts, .known = &scene->known};
	Wanted wanted;
	Error err = {0};

	scene->live = (Live){.version.is_known = scene->live.version.is_known,
			     .version.is_2_5 = scene->live.version.is_2_5,
			     .start_time = scene->live.start_time};
	for (size_t i = 0; i < 2; i++) {
		scene_csn_set(scene, &scene->content[i].here, scene->databases[i].csn);
		scene_csn_set(scene, &scene->peers[i], scene->databases[i].peer_csn);
	}
	if (desired_parse(scene->pool, "f", text, strlen(text), &desired, &err) < 0 ||
	    wanted_make(scene->pool, desired, 0, &secrets, &wanted, &err) < 0 ||
	    live_take_config(scene->pool, &scene->config, &scene->facts.machine, &scene->live,
			     &err) < 0)
		fail_msg("%s", err.text);
	input.desired = desired;
	input.wanted = &wanted;
	input.live = &scene->live;
	input.options = scene->options;
	plan_make(scene->pool, &input, &scene->plan);
	assert_int_equal(scene->plan.n_breaches, 0);
}

/* The titles of the steps, one a line. */
static inline const char *scene_steps(PlanScene *scene)
{
	Buf titles = BUF_IN(scene->pool);

	scene_plan(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		buf_printf(&titles, "%s\n", step_title(scene->pool, &scene->plan.order.steps[i]));
	return buf_text(&titles);
}

static inline const Hold *scene_hold(const PlanScene *scene, Guard guard)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == guard)
			return &scene->plan.held.holds[i];
	return NULL;
}

static inline const Finding *scene_finding(const PlanScene *scene, const char *code)
{
	for (size_t i = 0; i < scene->plan.n_findings; i++)
		if (strcmp(scene->plan.findings[i].code, code) == 0)
			return &scene->plan.findings[i];
	return NULL;
}

#define PLAN_SCENE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, plan_scene_make, plan_scene_free)

#endif
