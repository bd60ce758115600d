/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/live/live_config.h"
#include "common/slapd/url.h"

#define MONITOR_FEW                                                                          \
	"(objectClass=monitorServer)(labeledURI=*)(namingContexts=*)(cn=Start)(cn=Runqueue)" \
	"(cn=Tasklist)"
const char live_monitor_filter[] = "(|(objectClass=olmSyncReplInstance)" MONITOR_FEW ")";
const char live_monitor_few_filter[] = "(|" MONITOR_FEW ")";
const char *const live_monitor_attributes[] = {
	"labeledURI",           "namingContexts",   "olmMDBEntries",       "olmMDBPagesMax",
	"olmMDBPagesUsed",      "olmMDBPagesFree",  "monitorTimestamp",    "monitoredInfo",
	"olmSRProviderURIList", "olmSRConnection",  "olmSRSyncPhase",      "olmSRLastConnect",
	"olmSRLastContact",     "olmSRNextConnect", "olmSRLastCookieSent", NULL,
};

/* A "cn=Database N" entry: few, however many consumers there are. */
typedef struct MonitorDatabase {
	const char *dn;
	const char *suffix;
} MonitorDatabase;

/* cn=monitor while it is read; what the view keeps is copied into the pool. */
typedef struct MonitorReader {
	Pool *pool;
	Live *live;
	Pool *scratch;
	MonitorDatabase *databases;
	size_t n_databases;
} MonitorReader;

static const MonitorDatabase *monitor_database(const MonitorReader *reader, const char *dn)
{
	for (size_t i = 0; dn && i < reader->n_databases; i++)
		if (strcasecmp(reader->databases[i].dn, dn) == 0)
			return &reader->databases[i];
	return NULL;
}

static bool text_is(const char *text, const char *wanted)
{
	return text && strcasecmp(text, wanted) == 0;
}

static const char *first_copy(const MonitorReader *reader, const Entry *entry, const char *name)
{
	return pool_strdup(reader->pool, entry_first(entry, name));
}

/* slapd shows an empty one until it searched for the first time. */
static const char *cookie_of(const MonitorReader *reader, const Entry *entry)
{
	const char *cookie = first_copy(reader, entry, "olmSRLastCookieSent");

	return cookie && *cookie ? cookie : NULL;
}

static unsigned long long pages_of(const Entry *entry, const char *name)
{
	const char *text = entry_first(entry, name);

	return text ? strtoull(text, NULL, 10) : 0;
}

static void map_take(const MonitorReader *reader, const Entry *entry)
{
	Live *live = reader->live;

	if (entry_attribute(entry, "namingContexts") && entry_attribute(entry, "olmMDBPagesMax"))
		POOL_PUSH(reader->pool, live->sizes.maps, live->sizes.n_maps,
			  {.suffix = first_copy(reader, entry, "namingContexts"),
			   .use = {.max = pages_of(entry, "olmMDBPagesMax"),
				   .used = pages_of(entry, "olmMDBPagesUsed"),
				   .free = pages_of(entry, "olmMDBPagesFree")}});
}

static void database_take(MonitorReader *reader, const Entry *entry)
{
	Live *live = reader->live;
	const Attribute *suffixes = entry_attribute(entry, "namingContexts");
	const char *count = entry_first(entry, "olmMDBEntries");
	MonitorDatabase database = {entry->dn, first_copy(reader, entry, "namingContexts")};

	POOL_PUSH(reader->scratch, reader->databases, reader->n_databases, database);
	map_take(reader, entry);
	if (!suffixes || !count)
		return;
	for (size_t i = 0; i < suffixes->n_values; i++) {
		/* The one counter grows both arrays alike. */
		size_t n = live->sizes.n_counted;

		POOL_PUSH(reader->pool, live->sizes.counts, n, pool_strdup(reader->pool, count));
		POOL_PUSH(reader->pool, live->sizes.counted, live->sizes.n_counted,
			  pool_strdup(reader->pool, suffixes->values[i].bytes));
	}
}

/* "cn=Consumer 002,cn=Database 2,cn=Databases,cn=Monitor": the number is the rid, the parent names
 * the suffix. */
static void running_take(const MonitorReader *reader, const Entry *entry)
{
	Live *live = reader->live;
	const char *parent_dn = strchr(entry->dn, ',');
	const MonitorDatabase *database =
		monitor_database(reader, parent_dn ? parent_dn + 1 : NULL);
	const char *number = strchr(entry->dn, ' ');
	const char *connection = entry_first(entry, "olmSRConnection");

	if (!database || !number)
		return;
	POOL_PUSH(reader->pool, live->runs.consumers, live->runs.n_consumers,
		  {
			  .suffix = database->suffix,
			  .rid = (int)strtol(number, NULL, 10),
			  .provider = url_spelling(
				  reader->pool, first_copy(reader, entry, "olmSRProviderURIList")),
			  .is_persistent = text_is(entry_first(entry, "olmSRSyncPhase"), "Persist"),
			  .is_connected = connection && *connection,
			  .cookie_sent = cookie_of(reader, entry),
			  .last_connect = first_copy(reader, entry, "olmSRLastConnect"),
			  .last_contact = first_copy(reader, entry, "olmSRLastContact"),
			  .next_connect = first_copy(reader, entry, "olmSRNextConnect"),
		  });
}

/* "{0}do_syncrepl(rid=002)": what slapd's threads do besides operations. */
static void working_take(const MonitorReader *reader, const Entry *entry)
{
	static const char task[] = "do_syncrepl(rid=";
	Live *live = reader->live;
	const Attribute *tasks = entry_attribute(entry, "monitoredInfo");

	for (size_t i = 0; tasks && i < tasks->n_values; i++) {
		const char *found = strstr(tasks->values[i].bytes, task);

		if (found)
			POOL_PUSH(reader->pool, live->runs.working_rids, live->runs.n_working_rids,
				  (int)strtol(found + strlen(task), NULL, 10));
	}
}

/* "OpenLDAP: slapd 2.5.13+dfsg-5 (Feb  8 2023 01:56:12)", at cn=Monitor itself. */
static void release_take(const MonitorReader *reader, const Entry *entry)
{
	static const char name[] = "slapd ";
	const char *text = entry_first(entry, "monitoredInfo");
	const char *number = text ? strstr(text, name) : NULL;
	char *end;
	unsigned long major, minor;

	if (!number)
		return;
	major = strtoul(number + strlen(name), &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]))
		return;
	minor = strtoul(end + 1, NULL, 10);
	reader->live->version.is_known = true;
	reader->live->version.is_2_5 = major > 2 || (major == 2 && minor >= 5);
	reader->live->version.is_2_6 = major > 2 || (major == 2 && minor >= 6);
}

/* "{0}mdb_online_index(dc=x)", "hdb_online_index": in this list from the write of olcDbIndex on, in
 * the other only when it has begun. */
static void waiting_take(Live *live, const Entry *entry)
{
	const Attribute *tasks = entry_attribute(entry, "monitoredInfo");

	for (size_t i = 0; tasks && i < tasks->n_values; i++)
		live->builds_index |= strstr(tasks->values[i].bytes, "_online_index(") != NULL;
}

static bool dn_starts(const Entry *entry, const char *rdn)
{
	return strncasecmp(entry->dn, rdn, strlen(rdn)) == 0;
}

static void monitor_entry_take(MonitorReader *reader, const Entry *entry)
{
	Live *live = reader->live;

	if (strcasecmp(entry->dn, "cn=Monitor") == 0)
		release_take(reader, entry);
	else if (dn_starts(entry, "cn=Listener "))
		POOL_PUSH(reader->pool, live->listeners, live->n_listeners,
			  first_copy(reader, entry, "labeledURI"));
	else if (dn_starts(entry, "cn=Start,"))
		live->start_time = first_copy(reader, entry, "monitorTimestamp");
	else if (dn_starts(entry, "cn=Runqueue,"))
		working_take(reader, entry);
	else if (dn_starts(entry, "cn=Tasklist,"))
		waiting_take(live, entry);
	else if (dn_starts(entry, "cn=Database "))
		database_take(reader, entry);
}

static void monitor_forget(Live *live)
{
	live->runs.consumers = NULL;
	live->runs.working_rids = NULL;
	live->listeners = live->sizes.counted = live->sizes.counts = NULL;
	live->sizes.maps = NULL;
	live->sizes.n_maps = 0;
	live->builds_index = false;
	live->runs.n_consumers = live->runs.n_working_rids = live->n_listeners =
		live->sizes.n_counted = 0;
	live->start_time = NULL;
	live->version.is_known = live->version.is_2_5 = live->version.is_2_6 = false;
}

void live_take_monitor(Pool *pool, const Tree *monitor, const MachineListeners *given, Live *live)
{
	AUTO(Pool) *scratch = pool_new();
	MonitorReader reader = {.pool = pool, .live = live, .scratch = scratch};

	monitor_forget(live);
	for (size_t i = 0; i < monitor->n_entries; i++)
		monitor_entry_take(&reader, &monitor->entries[i]);
	/* Nearly all entries are consumers. */
	live->runs.consumers = pool_alloc(pool, monitor->n_entries * sizeof(*live->runs.consumers));
	for (size_t i = 0; i < monitor->n_entries; i++)
		if (dn_starts(&monitor->entries[i], "cn=Consumer "))
			running_take(&reader, &monitor->entries[i]);
	live->runs.is_known = live->runs.n_consumers > 0;
	if (live->n_listeners == 0) {
		live->listeners = given->now;
		live->n_listeners = given->n_now;
	}
}
