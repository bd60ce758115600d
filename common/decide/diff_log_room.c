/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/remedies.h"
#include "common/decide/log_changes.h"

/*
 * What slapd cannot write into the log it leaves out there, and answers the client all the same
 * (2.5.13, 2.6.10). When there is room again it writes on: peers that read the log take what comes,
 * with its contextCSN, and what was left out never reaches them. So nothing may write into a log
 * any more before its disk is full; peers see then that it lacks something, and read the database.
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

bool log_room_is_short(const Diff *diff, const Delta *delta)
{
	return has_less_than(folder_of(diff, delta), ROOM_LEAST);
}

const char *log_room_describe(const Diff *diff, const Delta *delta)
{
	return pool_printf(
		diff->pool,
		"the disk of the log of changes %s (%s) has less than %lld MiB left, and a change "
		"that does not fit into the log is lost on every node that reads it",
		delta->logbase, delta->directory, ROOM_LEAST / MIB);
}

bool diff_log_room(Diff *diff, const DatabasePlan *database, const Entry *overlay)
{
	const Delta *delta = database->wanted->desired->delta;
	const LogFolder *folder = folder_of(diff, delta);

	if (has_less_than(folder, ROOM_LEAST)) {
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "log-room",
				 database->suffix,
				 "%s: nothing writes into it until it is begun anew, and peers "
				 "read the database; %s",
				 log_room_describe(diff, delta), remedy_text(REMEDY_LOG_ROOM));
		plan_add_change(diff->pool, diff->plan,
				(Change){.kind = CHANGE_LOG_STOP,
					 .suffix = database->suffix,
					 .dn = overlay->dn,
					 .attribute = "olcOverlay",
					 .subject = delta->logbase,
					 .old_value = delta->logbase,
					 .why = "its disk is nearly full"});
		return true;
	}
	if (has_less_than(folder, ROOM_SCARCE))
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "log-room", database->suffix,
			"the disk of the log of changes %s (%s) has less than %lld MiB left: below "
			"%lld MiB nothing is written into it any more, and peers read the "
			"database; %s",
			delta->logbase, delta->directory, ROOM_SCARCE / MIB, ROOM_LEAST / MIB,
			remedy_text(REMEDY_LOG_ROOM));
	return false;
}

void diff_log_room_tell(Diff *diff, const char *suffix, const LiveDatabase *log)
{
	const char *path = entry_first(log->entry, "olcDbDirectory");
	const LogFolder *folder = path ? folder_at(diff, path) : NULL;
	const bool is_short = has_less_than(folder, ROOM_LEAST);

	if (!has_less_than(folder, ROOM_SCARCE))
		return;
	plan_add_finding(
		diff->pool, diff->plan, is_short ? SEVERITY_CRITICAL : SEVERITY_WARNING, "log-room",
		suffix,
		"the disk of the log of changes %s (%s) has less than %lld MiB left. A change that "
		"does not fit into the log is lost on every node that reads it, and slapd tells "
		"nobody: %s",
		entry_first(log->entry, "olcSuffix"), path,
		(is_short ? ROOM_LEAST : ROOM_SCARCE) / MIB, remedy_text(REMEDY_LOG_ROOM_BY_HAND));
}
