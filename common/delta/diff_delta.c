/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/delta/log_changes.h"
#include "common/live/live_log.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

/* The log of one database, as peers.json wants it and as it is. */
typedef struct DeltaLog {
	Diff *diff;
	const WantedDatabase *wanted;
	const DatabasePlan *database;
	const LiveDatabase *main;
	const Delta *delta;
	const LiveDatabase *live; /* the log's own database; NULL: there is none */
	const Entry *overlay;     /* that writes into it; NULL: none does */
	const Entry *begins;      /* one that only began it; NULL: there is none */
	const char *suffix;       /* of the main one */
	const char *dn;           /* of the log's database, also of one that is to come */
} DeltaLog;

/* --- what stands in the way --- */

static Hold hold_make(const DeltaLog *log, const char *text, const char *release)
{
	return (Hold){.guard = GUARD_LOG, .suffix = log->suffix, .text = text, .release = release};
}

static const LogFolder *folder_of(const DeltaLog *log)
{
	const Machine *machine = &log->diff->in->facts->machine;

	for (size_t i = 0; i < machine->n_log_folders; i++)
		if (strcmp(machine->log_folders[i].path, log->delta->directory) == 0)
			return &machine->log_folders[i];
	return NULL;
}

static const char *folder_remedy(const DeltaLog *log)
{
	const Machine *machine = &log->diff->in->facts->machine;

	if (!machine->slapd_user || !machine->slapd_group)
		return remedy_text(REMEDY_APPLY);
	return remedy_fill(log->diff->pool, REMEDY_LOG_FOLDER, machine->slapd_user,
			   machine->slapd_group, log->delta->directory);
}

/* slapd does not make it, and nobody but an administrator knows where there is room. */
static bool folder_is_in_the_way(const DeltaLog *log, Hold *ret)
{
	const LogFolder *folder = folder_of(log);
	const LogFolderState state = folder ? folder->state : LOG_FOLDER_NOT_KNOWN;
	const char *path = log->delta->directory;
	Pool *pool = log->diff->pool;

	if (state == LOG_FOLDER_GOOD)
		return false;
	if (state == LOG_FOLDER_USED)
		*ret = hold_make(
			log,
			pool_printf(
				pool,
				"%s (\"directory\" of \"delta\") already holds a database, but a "
				"log must begin empty; %s, and then",
				path, remedy_text(REMEDY_LOG_FOLDER_EMPTY)),
			remedy_text(REMEDY_APPLY));
	else
		*ret = hold_make(
			log,
			pool_printf(
				pool,
				"the log of changes needs the folder %s (\"directory\" of "
				"\"delta\"), empty and owned by slapd's user: %s; syncward does "
				"not make it; where there is room for it",
				path,
				folder && folder->problem ? folder->problem
							  : "it was not looked at"),
			folder_remedy(log));
	return true;
}

/* slapd accepts a database below another one only ahead of it, and administrators seldom ask for
 * that. */
static const char *neighbour(const DeltaLog *log)
{
	const Live *live = log->diff->in->live;

	for (size_t i = 0; i < live->n_databases; i++) {
		const Attribute *suffixes = live->databases[i].suffixes;

		for (size_t k = 0; suffixes && k < suffixes->n_values; k++)
			if (dn_is_within(log->delta->logbase, suffixes->values[k].bytes) ||
			    dn_is_within(suffixes->values[k].bytes, log->delta->logbase))
				return suffixes->values[k].bytes;
	}
	return NULL;
}

static const Entry *other_overlay(const DeltaLog *log)
{
	const Tree *config = log->diff->in->live->config;

	for (size_t i = 0; i < config->n_entries; i++) {
		const Entry *entry = &config->entries[i];
		const char *base = entry_first(entry, "olcAccessLogDB");

		if (base && entry != log->begins &&
		    live_log_overlay(log->diff->in->live, log->main, base) == entry)
			return entry;
	}
	return NULL;
}

static bool is_mdb(const LiveDatabase *database)
{
	const char *name = entry_first(database->entry, "olcDatabase");

	return name && strcasecmp(ordered_text(name), "mdb") == 0;
}

/* slapd 2.4.57 that was killed and started again lost acknowledged changes wherever its log was
 * read, several at once, with contextCSN equal; 2.5 and 2.6 did not in the same trials. */
static bool release_is_in_the_way(const DeltaLog *log, Hold *ret)
{
	const LiveRelease release = diff_release(log->diff);

	if (release == LIVE_RELEASE_2_5)
		return false;
	*ret = hold_make(
		log,
		release == LIVE_RELEASE_2_4
			? "\"delta\" needs OpenLDAP 2.5 or later: when a slapd 2.4 is killed, "
			  "peers that read its log lose changes that it had acknowledged. Its "
			  "links stay as they are; to end this"
			: "\"delta\" needs OpenLDAP 2.5 or later, and it is not known yet which "
			  "release this is; to end this",
		remedy_text(REMEDY_DELTA_OUT));
	return true;
}

static bool database_is_in_the_way(const DeltaLog *log, Hold *ret)
{
	Pool *pool = log->diff->pool;
	const char *near = neighbour(log);

	if (release_is_in_the_way(log, ret))
		return true;
	if (is_mdb(log->main) && !near)
		return folder_is_in_the_way(log, ret);
	*ret = hold_make(
		log,
		near ? pool_printf(pool,
				   "\"logbase\" %s is above or below the suffix %s of this server: "
				   "slapd refuses that, or takes one for a part of the other; "
				   "\"logbase\" outside of all, or",
				   log->delta->logbase, near)
		     : pool_printf(
			       pool,
			       "%s is not a back-mdb database, and \"delta\" makes logs only for "
			       "those; make the log by hand, and",
			       log->main->entry->dn),
		remedy_text(REMEDY_DELTA_OUT));
	return true;
}

static const char *directory_of(const LiveDatabase *live)
{
	const char *directory = entry_first(live->entry, "olcDbDirectory");

	return directory ? directory : "its olcDbDirectory";
}

static bool gap_is_in_the_way(const DeltaLog *log, Hold *ret)
{
	Pool *pool = log->diff->pool;

	if (live_log_is_unwritten(&log->diff->in->live->sizes, log->live, log->delta->logbase))
		return false;
	*ret = hold_make(
		log,
		pool_printf(
			pool,
			"no overlay of %s writes into the log of changes %s, which may hold older "
			"changes: those made since would be missing, and lost wherever it is "
			"read. To begin it anew, with slapd stopped delete data.mdb and "
			"lock.mdb in %s, start slapd, and",
			log->suffix, log->delta->logbase, directory_of(log->live)),
		remedy_fill(pool, REMEDY_LOG_ANEW, log->live->entry->dn,
			    machine_ldap_uri(&log->diff->in->facts->machine)));
	return true;
}

static bool is_in_the_way(const DeltaLog *log, Hold *ret)
{
	const Entry *other = log->overlay ? NULL : other_overlay(log);

	if (other) {
		*ret = hold_make(
			log,
			pool_printf(log->diff->pool,
				    "%s already writes its changes into %s, but \"logbase\" is %s: "
				    "name that log in \"logbase\", or",
				    other->dn, entry_first(other, "olcAccessLogDB"),
				    log->delta->logbase),
			remedy_text(REMEDY_DELTA_OUT));
		return true;
	}
	if (!log->overlay && log_room_is_short(log->diff, log->delta)) {
		*ret = hold_make(log,
				 pool_printf(log->diff->pool, "%s; %s, and then",
					     log_room_describe(log->diff, log->delta),
					     log_room_remedy(log->diff, log->delta)),
				 remedy_text(REMEDY_APPLY));
		return true;
	}
	if (!log->live)
		return database_is_in_the_way(log, ret);
	return !log->overlay && (release_is_in_the_way(log, ret) || gap_is_in_the_way(log, ret));
}

/* --- what is made --- */

static void change_add(const DeltaLog *log, const Hold *hold, Change change)
{
	Change *added;

	change.suffix = log->suffix;
	added = plan_add_change(log->diff->pool, log->diff->plan, change);
	if (hold)
		plan_hold(log->diff->pool, log->diff->plan, added, *hold);
}

/* By its number, because what begins the log is deleted again. */
static const char *writer_dn(const DeltaLog *log)
{
	const size_t n_before =
		change_count_free(log->diff->plan, log->database, CHANGE_BIT(CHANGE_OVERLAY));

	return log->begins ? log->begins->dn
			   : pool_printf(log->diff->pool, "olcOverlay={%zu}accesslog,%s",
					 log->main->n_overlays + n_before, log->main->entry->dn);
}

static void pieces_add(const DeltaLog *log, const Hold *hold)
{
	Pool *pool = log->diff->pool;

	if (!log->live)
		change_add(log, hold,
			   (Change){.kind = CHANGE_LOG_DATABASE,
				    .dn = log->dn,
				    .attribute = "olcDatabase",
				    .subject = log->delta->logbase,
				    .new_value = log->delta->directory,
				    .why = "\"delta\" has peers read changes from it"});
	if (!log->live || !log->live->syncprov)
		change_add(log, hold,
			   (Change){.kind = CHANGE_LOG_SYNCPROV,
				    .dn = pool_printf(pool, "olcOverlay=syncprov,%s", log->dn),
				    .attribute = "olcOverlay",
				    .subject = log->delta->logbase,
				    .why = "peers read the log by it"});
	if (!log->overlay)
		change_add(log, hold,
			   (Change){.kind = CHANGE_LOG_OVERLAY,
				    .dn = writer_dn(log),
				    .attribute = "olcOverlay",
				    .subject = log->delta->logbase,
				    .new_value = log->delta->purge,
				    .why = "it writes each change into the log; one that writes "
					   "nothing begins it before"});
	if (!log->live || log->live->is_read_only)
		change_add(
			log, hold,
			(Change){.kind = CHANGE_LOG_OPEN,
				 .dn = log->dn,
				 .attribute = "olcReadOnly",
				 .subject = log->delta->logbase,
				 .old_value = "TRUE",
				 .why = "read-only is only a log that nothing was written into"});
}

/* --- what is there but different --- */

static void setting_add(const DeltaLog *log, const Entry *entry, const char *attribute,
			const char *value, const char *why)
{
	change_add(log, NULL,
		   (Change){.kind = CHANGE_LOG_SETTING,
			    .dn = entry->dn,
			    .attribute = attribute,
			    .subject = log->delta->logbase,
			    .old_value = entry_first(entry, attribute),
			    .new_value = value,
			    .why = why});
}

static void flag_diff(const DeltaLog *log, const Entry *entry, const char *attribute,
		      const char *why)
{
	if (!entry_has_value(entry, attribute, "TRUE"))
		setting_add(log, entry, attribute, "TRUE", why);
}

/* "AGE INTERVAL": slapd prints both in another form than they were written. */
static bool purge_is(const char *live, const char *wanted)
{
	const char *live_interval = live ? strchr(live, ' ') : NULL;
	const char *wanted_interval = strchr(wanted, ' ');

	return live_interval && wanted_interval &&
	       live_log_keeps_sec(live) == live_log_keeps_sec(wanted) &&
	       live_log_keeps_sec(live_interval + 1) == live_log_keeps_sec(wanted_interval + 1);
}

static void overlay_diff(const DeltaLog *log)
{
	const char *purge = entry_first(log->overlay, "olcAccessLogPurge");

	if (!live_log_is_whole(log->overlay))
		setting_add(log, log->overlay, "olcAccessLogOps", "writes",
			    "changes of every kind must come into the log");
	flag_diff(log, log->overlay, "olcAccessLogSuccess", "only what was done is to be read");
	if (!purge_is(purge, log->delta->purge))
		setting_add(log, log->overlay, "olcAccessLogPurge", log->delta->purge,
			    "peers.json says so");
}

static void settings_diff(const DeltaLog *log)
{
	static const char why[] = "slapo-accesslog(5) wants it for a log";

	if (log->overlay)
		overlay_diff(log);
	if (log->live && log->live->syncprov) {
		flag_diff(log, log->live->syncprov, "olcSpNoPresent", why);
		flag_diff(log, log->live->syncprov, "olcSpReloadHint", why);
	}
}

/* --- the log --- */

/* slapd numbers databases; one that is named by its number cannot become another one on the way. */
static const char *next_dn(const Diff *diff)
{
	const Tree *config = diff->in->live->config;
	long last = 0;

	for (size_t i = 0; i < config->n_entries; i++) {
		const char *name = entry_first(&config->entries[i], "olcDatabase");
		const long number = name && *name == '{' ? strtol(name + 1, NULL, 10) : -1;

		last = number > last ? number : last;
	}
	last += (long)change_count_free(diff->plan, NULL, CHANGE_BIT(CHANGE_LOG_DATABASE));
	return pool_printf(diff->pool, "olcDatabase={%ld}mdb,cn=config", last + 1);
}

/* Before the database is a provider no node reads it here. */
static bool will_be_provider(const Diff *diff, const DatabasePlan *database)
{
	return database->live->syncprov ||
	       change_first_free(diff->plan, database, CHANGE_BIT(CHANGE_OVERLAY));
}

void diff_delta(Diff *diff, const DatabasePlan *database)
{
	const Delta *delta = database->wanted->desired->delta;
	DeltaLog log = {.diff = diff,
			.wanted = database->wanted,
			.database = database,
			.main = database->live,
			.delta = delta,
			.suffix = database->suffix};
	Hold hold;

	if (!delta || peer_is_consumer(diff->in->wanted->self) || log.wanted->n_logs == 0 ||
	    !will_be_provider(diff, database))
		return;
	if (live_find_database(diff->in->live, delta->logbase, &log.live) == 0)
		log.live = NULL;
	log.overlay = live_log_overlay(diff->in->live, log.main, delta->logbase);
	if (log.overlay && log.live &&
	    live_log_is_to_go(&diff->in->live->sizes, log.live, log.overlay)) {
		log.begins = log.overlay;
		log.overlay = NULL;
	}
	if (log.overlay && diff_log_room(diff, database, log.overlay))
		return;
	log.dn = log.live ? log.live->entry->dn : next_dn(diff);
	if (is_in_the_way(&log, &hold))
		pieces_add(&log, &hold);
	else
		pieces_add(&log, NULL);
	settings_diff(&log);
}
