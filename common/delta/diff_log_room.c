/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/delta/log_changes.h"
#include "common/remedies/remedies.h"

/*
 * What slapd cannot write into the log it leaves out there, and answers the client all the same
 * (2.5.13, 2.6.10): where its disk is full, or its map is (olcDbMaxSize). When there is room again
 * it writes on: peers that read the log take what comes, with its contextCSN, and what was left out
 * never reaches them. So writing into a log must stop before it is full; peers then see that it
 * lacks something, and read the database.
 */
#define MIB         (1024 * 1024)
#define ROOM_LEAST  (16LL * MIB)
#define ROOM_SCARCE (256LL * MIB)

static const LogFolder *folder_at(const Diff *diff, const char *path)
{
	const Machine *machine = &diff->in->facts->machine;

	for (size_t i = 0; i < machine->n_log_folders; i++)
		if (strcmp(machine->log_folders[i].path, path) == 0)
			return &machine->log_folders[i];
	return NULL;
}

static const LogFolder *folder_of(const Diff *diff, const Delta *delta)
{
	return folder_at(diff, delta->directory);
}

/* What nobody looked at is not scarce. */
static bool has_less_than(const LogFolder *folder, int64_t bytes)
{
	return folder && folder->has_room && folder->room_bytes < bytes;
}

/* The map of an existing log; NULL: there is none, or it has room, or that is not known. */
static const MapUse *map_of(const Diff *diff, const char *base, MapState least)
{
	const MapUse *use = live_map_use(&diff->in->live->sizes, base);

	return use && map_use_judge_log(use) >= least ? use : NULL;
}

static const char *map_describe(const Diff *diff, const char *base, const MapUse *use)
{
	if (map_use_judge(use) == MAP_HAS_ROOM)
		return pool_printf(
			diff->pool,
			"the log of changes %s has once used nearly all pages of its map "
			"(olcDbMaxSize), and while a search goes on slapd may use none again",
			base);
	return pool_printf(diff->pool,
			   "the log of changes %s fills %u %% of its map (olcDbMaxSize)", base,
			   map_use_percent(use));
}

static const char *map_line(const Diff *diff, const LiveDatabase *log)
{
	const char *flag = diff->in->options.multi_provider_attribute;

	return map_remedy(diff->pool, log->entry,
			  live_release(diff->in->live, flag) == LIVE_RELEASE_2_5);
}

static bool disk_is_short(const Diff *diff, const Delta *delta)
{
	return has_less_than(folder_of(diff, delta), ROOM_LEAST);
}

bool log_room_is_short(const Diff *diff, const Delta *delta)
{
	return disk_is_short(diff, delta) || map_of(diff, delta->logbase, MAP_IS_FULL);
}

const char *log_room_describe(const Diff *diff, const Delta *delta)
{
	static const char lost[] =
		"a change that does not fit into the log is lost on every node that reads it";

	if (!disk_is_short(diff, delta))
		return pool_printf(
			diff->pool, "%s, and %s",
			map_describe(diff, delta->logbase,
				     live_map_use(&diff->in->live->sizes, delta->logbase)),
			lost);
	return pool_printf(diff->pool,
			   "the disk of the log of changes %s (%s) has less than %lld MiB left, "
			   "and %s",
			   delta->logbase, delta->directory, ROOM_LEAST / MIB, lost);
}

const char *log_room_remedy(const Diff *diff, const Delta *delta)
{
	const LiveDatabase *log;

	return disk_is_short(diff, delta) ||
			       live_find_database(diff->in->live, delta->logbase, &log) == 0
		       ? remedy_text(REMEDY_LOG_ROOM)
		       : map_line(diff, log);
}

static void room_tell(Diff *diff, const char *suffix, Severity severity, const char *text)
{
	plan_add_finding(diff->pool, diff->plan, severity, "log-room", suffix, "%s", text);
}

static void stop_writing(Diff *diff, const DatabasePlan *database, const Entry *overlay)
{
	const Delta *delta = database->wanted->desired->delta;

	room_tell(diff, database->suffix, SEVERITY_CRITICAL,
		  pool_printf(diff->pool,
			      "%s: nothing writes into it until it is begun anew, and peers read "
			      "the database; %s",
			      log_room_describe(diff, delta), log_room_remedy(diff, delta)));
	plan_add_change(diff->pool, diff->plan,
			(Change){.kind = CHANGE_LOG_STOP,
				 .suffix = database->suffix,
				 .dn = overlay->dn,
				 .attribute = "olcOverlay",
				 .subject = delta->logbase,
				 .old_value = delta->logbase,
				 .why = disk_is_short(diff, delta) ? "its disk is nearly full"
								   : "its map is nearly full"});
}

static void foretell(Diff *diff, const DatabasePlan *database)
{
	static const char then[] = "nothing writes into it any more, and peers read the database";
	const Delta *delta = database->wanted->desired->delta;
	const MapUse *map = map_of(diff, delta->logbase, MAP_IS_SHORT);
	Pool *pool = diff->pool;

	if (has_less_than(folder_of(diff, delta), ROOM_SCARCE))
		room_tell(diff, database->suffix, SEVERITY_WARNING,
			  pool_printf(pool,
				      "the disk of the log of changes %s (%s) has less than %lld "
				      "MiB left: with less than %lld %s; %s",
				      delta->logbase, delta->directory, ROOM_SCARCE / MIB,
				      ROOM_LEAST / MIB, then, remedy_text(REMEDY_LOG_ROOM)));
	else if (map)
		room_tell(diff, database->suffix, SEVERITY_WARNING,
			  pool_printf(pool, "%s: from %u %% on %s; %s",
				      map_describe(diff, delta->logbase, map), map_full_percent(),
				      then, log_room_remedy(diff, delta)));
}

bool diff_log_room(Diff *diff, const DatabasePlan *database, const Entry *overlay)
{
	const bool is_short = log_room_is_short(diff, database->wanted->desired->delta);

	if (is_short)
		stop_writing(diff, database, overlay);
	else
		foretell(diff, database);
	return is_short;
}

/* --- a log that syncward did not make --- */

#define LEFT_OUT \
	"A change that does not fit into the log is lost on every node that reads it, and slapd does not report that: "

static void map_tell(Diff *diff, const char *suffix, const LiveDatabase *log)
{
	const char *base = entry_first(log->entry, "olcSuffix");
	const MapUse *map = map_of(diff, base, MAP_IS_SHORT);

	if (map)
		room_tell(diff, suffix,
			  map_use_judge_log(map) == MAP_IS_FULL ? SEVERITY_CRITICAL
								: SEVERITY_WARNING,
			  pool_printf(diff->pool, "%s. " LEFT_OUT "%s",
				      map_describe(diff, base, map), map_line(diff, log)));
}

static void disk_tell(Diff *diff, const char *suffix, const LiveDatabase *log)
{
	const char *path = entry_first(log->entry, "olcDbDirectory");
	const LogFolder *folder = path ? folder_at(diff, path) : NULL;
	const bool is_short = has_less_than(folder, ROOM_LEAST);

	if (!has_less_than(folder, ROOM_SCARCE))
		return;
	room_tell(
		diff, suffix, is_short ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		pool_printf(
			diff->pool,
			"the disk of the log of changes %s (%s) has less than %lld MiB left. " LEFT_OUT
			"%s",
			entry_first(log->entry, "olcSuffix"), path,
			(is_short ? ROOM_LEAST : ROOM_SCARCE) / MIB,
			remedy_text(REMEDY_LOG_ROOM_BY_HAND)));
}

void diff_log_room_tell(Diff *diff, const char *suffix, const LiveDatabase *log)
{
	disk_tell(diff, suffix, log);
	map_tell(diff, suffix, log);
}
