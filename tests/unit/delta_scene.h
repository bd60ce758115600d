/* SPDX-License-Identifier: Apache-2.0 */
/* A node with a log of changes, or one to be made, and peers that show theirs or do not. */
#ifndef SYNCWARD_TEST_DELTA_SCENE_H
#define SYNCWARD_TEST_DELTA_SCENE_H

#include "common/live/live_log.h"
#include "tests/unit/plan_scene.h"

#define LOG          "olcDatabase={2}mdb,cn=config"
#define LOG_DN       "\"logbase\": \"cn=log\""
#define READS        "timeout=3 syncdata=accesslog logbase=cn=log logfilter=\"" FILTER "\""
#define FILTER       "(&(objectClass=auditWriteObject)(reqResult=0))"
#define MODULE       "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
#define WRITER       "olcOverlay={1}accesslog," DATABASE
#define OVERLAY_STEP "add '" WRITER "'"

/* A provider in step that reads peer 2, and shall have a log. */
static inline Scene *made_make(void **state, LogFolderState folder)
{
	static LogFolder folders[1];
	Scene *scene = *state;

	scene->n_peers = 2;
	scene->policy = "{\"mode\": \"enforce\"}";
	scene->more = ", \"delta\": {" LOG_DN ", \"directory\": \"/log\"}";
	folders[0] = (LogFolder){.path = "/log", .state = folder};
	scene->facts.machine.log_folders = folders;
	scene->facts.machine.n_log_folders = 1;
	scene->facts.machine.slapd_user = scene->facts.machine.slapd_group = "ldap";
	return scene;
}

static inline const char *steps(Scene *scene)
{
	scene->plan = (Plan){0};
	return plan_steps(scene);
}

static inline Entry *entry_make(Scene *scene, const char *dn, const char *class)
{
	Entry *entry = &scene->config.entries[scene->config.n_entries++];

	entry->dn = dn;
	value_add(scene, entry, "objectClass", class);
	return entry;
}

static inline Entry *log_make(Scene *scene)
{
	Entry *log = entry_make(scene, LOG, "olcDatabaseConfig");

	value_add(scene, log, "olcDatabase", "{2}mdb");
	value_add(scene, log, "olcSuffix", "cn=log");
	value_add(scene, log, "olcRootDN", "cn=admin," SUFFIX);
	value_add(scene, log, "olcDbDirectory", "/log");
	value_add(scene, log, "olcAccess",
		  "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
	value_add(scene, log, "olcLimits",
		  "{0}dn.exact=\"cn=r," SUFFIX "\" size=unlimited time=unlimited");
	return log;
}

static inline Entry *writer_make(Scene *scene, const char *purge)
{
	Entry *writer = entry_make(scene, "olcOverlay={1}accesslog," DATABASE, "olcOverlayConfig");

	value_add(scene, writer, "olcOverlay", "{1}accesslog");
	value_add(scene, writer, "olcAccessLogDB", "cn=log");
	value_add(scene, writer, "olcAccessLogOps", "writes");
	value_add(scene, writer, "olcAccessLogSuccess", "TRUE");
	value_add(scene, writer, "olcAccessLogPurge", purge);
	return writer;
}

/* The one that only began the log. */
static inline Entry *beginner_make(Scene *scene)
{
	Entry *writer = entry_make(scene, WRITER, "olcOverlayConfig");

	value_add(scene, writer, "olcOverlay", "{1}accesslog");
	value_add(scene, writer, "olcAccessLogDB", "cn=log");
	return writer;
}

static inline Entry *provider_of_log_make(Scene *scene)
{
	Entry *provider = entry_make(scene, "olcOverlay={0}syncprov," LOG, "olcOverlayConfig");

	value_add(scene, provider, "olcOverlay", "{0}syncprov");
	value_add(scene, provider, "olcSpNoPresent", "TRUE");
	value_add(scene, provider, "olcSpReloadHint", "TRUE");
	return provider;
}

/* How many entries cn=monitor counts in the log, or another database. */
static inline void count_in(Scene *scene, const char *suffix, const char *count)
{
	static Entry entry;

	entry = (Entry){.dn = "cn=Database 2,cn=Databases,cn=Monitor"};
	value_add(scene, &entry, "namingContexts", suffix);
	value_add(scene, &entry, "olmMDBEntries", count);
	scene->monitor = (Tree){.entries = &entry, .n_entries = 1};
}

static inline void log_count(Scene *scene, const char *count)
{
	count_in(scene, "cn=log", count);
}

/* A log that was just made, read-only, with what syncprov of it lacks nothing. */
static inline Scene *begun_make(void **state, const char *count)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	provider_make(scene, "2");
	value_add(scene, log_make(scene), "olcReadOnly", "TRUE");
	(void)provider_of_log_make(scene);
	log_count(scene, count);
	return scene;
}

/* --- links --- */

static inline void answer_add(Scene *scene, LinkProbes *probes, const WantedConsumer *consumer,
			      ProbeState log)
{
	const char *identity = link_identity(scene->pool, &consumer->syncrepl, consumer->secret);
	LinkProbe probe = {.suffix = SUFFIX, .peer_id = consumer->peer->id, .identity = identity};

	probe.probe = (Probe){.uri = consumer->peer->uri, .suffix = SUFFIX, .has_suffix = true};
	probe.probe.steps[PROBE_SUFFIX] = PROBE_GOOD;
	probe.probe.steps[PROBE_LOG] = log;
	probe.probe.log_is_in_order = log == PROBE_GOOD;
	if (log == PROBE_BAD)
		probe_add_fault(scene->pool, &probe.probe, PROBE_NO_LOG, "no log");
	POOL_PUSH(scene->pool, probes->items, probes->n_items, probe);
}

/* All providers but the last one show their log. */
static inline void answers_make(Scene *scene, ProbeState of_last)
{
	LinkProbes *probes = pool_alloc(scene->pool, sizeof(*probes));
	const WantedDatabase *database;

	scene_read(scene);
	database = &scene->wanted.databases[0];
	for (size_t i = 0; i < database->n_consumers; i++)
		answer_add(scene, probes, &database->consumers[i],
			   i + 1 < database->n_consumers ? PROBE_GOOD : of_last);
	scene->facts.probes = probes;
}

static inline void answer_make(Scene *scene, ProbeState log)
{
	answers_make(scene, log);
}

static inline bool writes_links(Scene *scene)
{
	return strstr(steps(scene), "olcSyncrepl") != NULL;
}

static inline Entry *scene_entry(Scene *scene, const char *dn)
{
	for (size_t i = 0; i < scene->config.n_entries; i++)
		if (strcmp(scene->config.entries[i].dn, dn) == 0)
			return &scene->config.entries[i];
	return NULL;
}

/* How many of the links that are written read a log. */
static inline size_t delta_count(Scene *scene)
{
	size_t n = 0;

	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			for (size_t v = 0; mod->kind != MOD_DELETE && v < mod->n_values; v++)
				n += strstr(mod->values[v], "logbase=\"cn=log\"") != NULL;
		}
	return n;
}

/* A log of its own, as others are to have theirs. */
static inline void own_log_make(Scene *scene)
{
	log_make(scene);
	provider_of_log_make(scene);
	writer_make(scene, "07+00:00 01+00:00");
}

/* Three providers; this one has links to the two others. */
static inline Scene *three_make(void **state, const char *link)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);

	scene->n_peers = 3;
	provider_make(scene, "");
	consumer_add(scene, 0, "peer2", 2, link);
	consumer_add(scene, 1, "peer3", 3, link);
	own_log_make(scene);
	return scene;
}

/* --- what is said of logs --- */

/* The step that says of the own log, or takes it back; "": neither. */
static inline const char *word_step(Scene *scene)
{
	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			if (strcmp(mod->attribute, "olcRestrict") == 0)
				return pool_printf(scene->pool, "%s %zu of %zu",
						   mod->kind == MOD_ADD ? "add" : "delete", i + 1,
						   scene->plan.order.n_steps);
		}
	return "";
}

/* --- closed logs --- */

#define CLOSED_SEC 1796040000 /* 20261130120000Z */

/* What is taken from the restrictions of the own log, and what is added. */
static inline const char *restriction(Scene *scene)
{
	const char *found = "";

	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];

			if (strcmp(mod->attribute, "olcRestrict") == 0)
				found = pool_printf(scene->pool, "%s%c%s", found,
						    mod->kind == MOD_ADD ? '+' : '-',
						    mod->values[0]);
		}
	return found;
}

/* --- shut logs --- */

#define SHUT "{0}to * attrs=entry by dn.exact=\"cn=r," SUFFIX "\" search by * break"

/* Whether the own log is shut, or shows everything again, in the order of the restriction. */
static inline const char *shutting(Scene *scene)
{
	const char *found = "";

	(void)steps(scene);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++) {
			const Mod *mod = &scene->plan.order.steps[i].mods[k];
			const bool is_access = strcmp(mod->attribute, "olcAccess") == 0;

			if (is_access)
				assert_string_equal(mod->values[0], SHUT);
			if (is_access || strcmp(mod->attribute, "olcRestrict") == 0)
				found = pool_printf(scene->pool, "%s%c%s", found,
						    mod->kind == MOD_ADD ? '+' : '-',
						    is_access ? "shut" : mod->values[0]);
			else if (strcmp(mod->attribute, "olcSyncrepl") == 0)
				found = pool_printf(scene->pool, "%s%s", found,
						    mod->kind == MOD_DELETE ? "" : ", links");
		}
	return found;
}

/* In front of what the log has. */
static inline void shut_make(Scene *scene)
{
	Entry *log = scene_entry(scene, LOG);

	for (size_t i = 0; i < log->n_attributes; i++)
		if (strcmp(log->attributes[i].name, "olcAccess") == 0)
			log->attributes[i].n_values = 0;
	value_add(scene, log, "olcAccess", SHUT);
	value_add(scene, log, "olcAccess",
		  "{1}to * by dn.exact=\"cn=r," SUFFIX "\" read by * none");
}

/* --- the disk under it --- */

#define MIB (1024 * 1024)

static inline Scene *room_make(void **state, int64_t room_bytes)
{
	Scene *scene = made_make(state, LOG_FOLDER_USED);
	LogFolder *folder = &scene->facts.machine.log_folders[0];

	provider_make(scene, "2");
	log_make(scene);
	provider_of_log_make(scene);
	writer_make(scene, "01+00:00 01+00:00");
	folder->has_room = room_bytes >= 0;
	folder->room_bytes = room_bytes;
	return scene;
}

/* --- its map --- */

/* Of 262144 pages so many are in use. */
static inline void map_fill(Scene *scene, const char *used)
{
	log_count(scene, "1");
	value_add(scene, &scene->monitor.entries[0], "olmMDBPagesMax", "262144");
	value_add(scene, &scene->monitor.entries[0], "olmMDBPagesUsed", used);
}

#endif
