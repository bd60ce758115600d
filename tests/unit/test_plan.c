/* SPDX-License-Identifier: Apache-2.0 */
/* From what a server holds and what peers.json wants to steps, holds and findings. */
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
	const char *server_id; /* of peers.json */
	Tree config;
	Entry *global, *database;
	DatabaseFacts content;
	Facts facts;
	KnownDatabase known_database;
	Known known;
	PlanOptions options;
	Plan plan;
} Scene;

static void value_add(Scene *scene, Entry *entry, const char *name, const char *value)
{
	entry_add_value(scene->pool, entry, name, value, strlen(value));
}

static int scene_make(void **state)
{
	static Scene scene;
	static const char *csns[] = {CSN}, *listeners[] = {"ldapi:///", "ldap://one"};
	static Content peer = {.peer_id = 2, .state = CONTENT_READ, .has_suffix = true};

	scene = (Scene){.pool = pool_new(), .n_peers = 3, .policy = "{}", .server_id = "auto"};
	peer.entry_uuid = "uuid";
	peer.context_csns = csns;
	peer.n_context_csns = 1;
	scene.content =
		(DatabaseFacts){.suffix = SUFFIX, .here = peer, .peers = &peer, .n_peers = 1};
	scene.content.here.peer_id = 0;
	scene.facts = (Facts){.machine = {.fqdn = "one", .listeners = listeners, .n_listeners = 2},
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

static int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

/* A value as we would write it, of another order. */
static void consumer_add(Scene *scene, unsigned position, const char *host, unsigned rid,
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
static void provider_make(Scene *scene, const char *peers)
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
	value_add(scene, overlay, "olcOverlay", "{0}syncprov");
	value_add(scene, overlay, "olcSpCheckpoint", "100 10");
	value_add(scene, overlay, "olcSpSessionlog", "1000");
	scene->config.n_entries = 3;
}

static const char *peers_json(Scene *scene)
{
	Buf text = BUF_IN(scene->pool);

	buf_puts(&text, "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}");
	for (unsigned i = 2; i <= scene->n_peers; i++)
		buf_printf(&text, ", {\"id\": %u, \"uri\": \"ldap://peer%u\"}", i, i);
	buf_printf(&text,
		   "], \"databases\": [{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": "
		   "\"cn=r," SUFFIX "\", \"credentials\": \"x\"}}], \"policy\": %s, "
		   "\"server_id\": \"%s\"}",
		   scene->policy, scene->server_id);
	return buf_text(&text);
}

/* The titles of the steps, one a line. */
static const char *plan_steps(Scene *scene)
{
	static const Secret secret = {.kind = CREDENTIALS_LITERAL, .name = "x", .text = "x"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	const char *text = peers_json(scene);
	Buf titles = BUF_IN(scene->pool);
	const Desired *desired;
	PlanInput input = {.facts = &scene->facts, .known = &scene->known};
	Wanted wanted;
	Live live = {0};
	Error err = {0};

	live_take_monitor(scene->pool, &(Tree){0}, &scene->facts.machine, &live);
	if (desired_parse(scene->pool, "f", text, strlen(text), &desired, &err) < 0 ||
	    wanted_make(scene->pool, desired, 0, &secrets, &wanted, &err) < 0 ||
	    live_take_config(scene->pool, &scene->config, &scene->facts.machine, &live, &err) < 0)
		fail_msg("%s", err.text);
	input.desired = desired;
	input.wanted = &wanted;
	input.live = &live;
	input.options = scene->options;
	plan_make(scene->pool, &input, &scene->plan);
	for (size_t i = 0; i < scene->plan.n_steps; i++)
		buf_printf(&titles, "%s\n", step_title(scene->pool, &scene->plan.steps[i]));
	return buf_text(&titles);
}

static bool holds(const Scene *scene, Guard guard)
{
	for (size_t i = 0; i < scene->plan.n_holds; i++)
		if (scene->plan.holds[i].guard == guard)
			return true;
	return false;
}

static bool finds(const Scene *scene, const char *code, Severity severity)
{
	for (size_t i = 0; i < scene->plan.n_findings; i++)
		if (strcmp(scene->plan.findings[i].code, code) == 0)
			return scene->plan.findings[i].severity == severity;
	return false;
}

/* The last step's mod at that place. */
static const Mod *last_mod(const Scene *scene, size_t index)
{
	const Step *step = &scene->plan.steps[scene->plan.n_steps - 1];

	assert_true(index < step->n_mods);
	return &step->mods[index];
}

static void a_bare_server_becomes_a_provider_in_a_safe_order(void **state)
{
	Scene *scene = *state;

	assert_string_equal(plan_steps(scene),
			    "modify 'cn=config' (replace olcServerID)\n"
			    "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
			    "add '" OVERLAY
			    "' (objectClass, olcOverlay, olcSpCheckpoint, olcSpSessionlog)\n"
			    "modify '" DATABASE "' (add olcDbIndex)\n"
			    "modify '" DATABASE "' (add olcLimits)\n"
			    "modify '" DATABASE "' (add olcSyncrepl, replace olcMultiProvider)\n");
	assert_true(scene->plan.steps[3].is_optional && scene->plan.steps[4].is_optional);
	assert_false(scene->plan.steps[5].is_optional);
	assert_int_equal(scene->plan.n_sessions_dropped, 0);
}

static void a_server_in_step_needs_nothing(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "32");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.n_holds + scene->plan.n_findings + scene->plan.n_changes, 0);
}

static void a_new_peer_is_added_and_drops_no_session(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "modify '" DATABASE "' (add olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 1);
	assert_int_equal(scene->plan.n_sessions_dropped, 0);
}

static void a_changed_list_is_deleted_as_read_and_replaced_whole(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 4;
	provider_make(scene, "2");
	consumer_add(scene, 1, "peer3", 3, "timeout=4");
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 2);
	assert_memory_equal(last_mod(scene, 0)->values[1], "{1}provider=ldap://peer3 ", 25);
	assert_int_equal(last_mod(scene, 1)->n_values, 3);
	/* What stays is written as it stands; numbers are slapd's to give. */
	assert_memory_equal(last_mod(scene, 1)->values[0], "provider=ldap://peer2 ", 22);
	assert_memory_equal(last_mod(scene, 1)->values[1], "rid=003 ", 8);
	assert_int_equal(scene->plan.n_sessions_dropped, 2);
}

static void what_stays_by_policy_is_part_of_the_full_list(void **state)
{
	Scene *scene = *state;

	scene->policy = "{\"keep\": [\"ldap://kept\"]}";
	provider_make(scene, "23");
	consumer_add(scene, 2, "kept", 50, "timeout=3");
	consumer_add(scene, 3, "gone", 51, "timeout=3");
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 4);
	assert_int_equal(last_mod(scene, 1)->n_values, 3);
	assert_memory_equal(last_mod(scene, 1)->values[2], "provider=ldap://kept ", 21);
	assert_true(finds(scene, "kept", SEVERITY_NOTE));
}

static void the_last_peer_takes_the_flag_with_it_in_one_modify(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 1;
	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->options.released = GUARD_BIT(GUARD_REMOVAL);
	assert_string_equal(plan_steps(scene), "modify '" DATABASE
					       "' (delete olcMultiProvider, delete olcSyncrepl)\n");
}

static void too_many_removals_hold_all_of_them_and_nothing_else(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "2789");
	assert_string_equal(plan_steps(scene), "modify '" DATABASE "' (add olcSyncrepl)\n");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->policy = "{\"max_removals\": 3}";
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(scene->plan.n_holds, 0);
}

static void a_provider_from_before_stays_until_it_is_released(void **state)
{
	Scene *scene = *state;
	const char *foreign[] = {"ldap://peer7"};

	provider_make(scene, "237");
	scene->known_database.foreign = foreign;
	scene->known_database.n_foreign = 1;
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->options.released = GUARD_BIT(GUARD_REMOVAL);
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
}

static void a_used_server_id_holds_overlay_and_flag_but_not_the_peers(void **state)
{
	Scene *scene = *state;

	value_add(scene, scene->global, "olcServerID", "2"); /* the SID of CSN */
	assert_string_equal(plan_steps(scene),
			    "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
			    "modify '" DATABASE "' (add olcDbIndex)\n"
			    "modify '" DATABASE "' (add olcLimits)\n"
			    "modify '" DATABASE "' (add olcSyncrepl)\n");
	assert_true(holds(scene, GUARD_SERVER_ID));
	assert_int_equal(scene->plan.n_holds, 1);
}

static void a_lower_revision_holds_everything(void **state)
{
	Scene *scene = *state;

	scene->known.has_revision = true;
	scene->known.revision = 3;
	assert_string_equal(plan_steps(scene), "");
	assert_true(scene->plan.n_changes > 5 && holds(scene, GUARD_REVISION));
}

static void replication_of_cn_config_holds_everything(void **state)
{
	Scene *scene = *state;
	Entry *entry = &scene->config.entries[scene->config.n_entries++];

	entry->dn = "olcDatabase={0}config,cn=config";
	value_add(scene, entry, "objectClass", "olcDatabaseConfig");
	value_add(scene, entry, "olcDatabase", "{0}config");
	value_add(scene, entry, "olcSyncrepl", "rid=1 provider=ldap://a searchbase=cn=config");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_CONFIG_REPLICATED));
}

static void a_list_is_judged_by_the_listeners_of_the_next_start_too(void **state)
{
	Scene *scene = *state;
	const char *next[] = {"ldapi:///", "ldap://one/"};

	provider_make(scene, "23");
	scene->global->attributes[1].values[0].bytes = "1 ldap://one";
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.n_findings, 0);
	scene->facts.machine.fqdn = "elsewhere";
	scene->facts.machine.next_listeners = next;
	scene->facts.machine.n_next_listeners = 2;
	scene->facts.machine.next_source = "/etc/sysconfig/slapd";
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	assert_true(finds(scene, "restart-unsafe", SEVERITY_CRITICAL));
	scene->server_id = "list";
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_RESTART));
	next[1] = "ldap://one";
	next[0] = "ldapi://%2Felsewhere";
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	assert_true(finds(scene, "listeners-differ", SEVERITY_CRITICAL));
	next[0] = "LDAPI:///";
	scene->server_id = "auto";
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.n_findings, 0);
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_bare_server_becomes_a_provider_in_a_safe_order),
		SCENE_TEST(a_server_in_step_needs_nothing),
		SCENE_TEST(a_new_peer_is_added_and_drops_no_session),
		SCENE_TEST(a_changed_list_is_deleted_as_read_and_replaced_whole),
		SCENE_TEST(what_stays_by_policy_is_part_of_the_full_list),
		SCENE_TEST(the_last_peer_takes_the_flag_with_it_in_one_modify),
		SCENE_TEST(too_many_removals_hold_all_of_them_and_nothing_else),
		SCENE_TEST(a_provider_from_before_stays_until_it_is_released),
		SCENE_TEST(a_used_server_id_holds_overlay_and_flag_but_not_the_peers),
		SCENE_TEST(a_lower_revision_holds_everything),
		SCENE_TEST(replication_of_cn_config_holds_everything),
		SCENE_TEST(a_list_is_judged_by_the_listeners_of_the_next_start_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
