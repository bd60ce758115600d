/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/log_folders.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "agent/slapd/slapd_process.h"
#include "common/live/live_log.h"
#include "common/slapd/dn.h"

static bool is_in_group(const SlapdUser *user, gid_t gid)
{
	for (size_t i = 0; i < user->n_groups; i++)
		if (user->groups[i] == gid)
			return true;
	return user->gid == gid;
}

/* As the kernel chooses: the first class that fits decides. */
static bool may_write(const SlapdUser *user, const struct stat *status)
{
	const mode_t mode = status->st_uid == user->uid         ? status->st_mode >> 6
			    : is_in_group(user, status->st_gid) ? status->st_mode >> 3
								: status->st_mode;

	return user->uid == 0 || (mode & 7) == 7;
}

/* What another database left: lock.mdb alone is none. */
static LogFolderState contents_look(Pool *pool, const char *path, const char **ret_problem)
{
	struct stat status;

	if (lstat(pool_printf(pool, "%s/data.mdb", path), &status) == 0)
		return LOG_FOLDER_USED;
	if (errno == ENOENT)
		return LOG_FOLDER_GOOD;
	*ret_problem = pool_printf(pool, "what is in it cannot be seen (%s)", strerror(errno));
	return LOG_FOLDER_NOT_KNOWN;
}

static LogFolder folder_look(Pool *pool, const SlapdUser *user, const char *path)
{
	LogFolder folder = {.path = path};
	struct stat status;

	if (stat(path, &status) < 0) {
		folder.state = errno == ENOENT ? LOG_FOLDER_MISSING : LOG_FOLDER_NOT_KNOWN;
		folder.problem = errno == ENOENT ? "there is none"
						 : pool_printf(pool, "it cannot be seen (%s)",
							       strerror(errno));
	} else if (!S_ISDIR(status.st_mode)) {
		folder.state = LOG_FOLDER_FOREIGN;
		folder.problem = "that is no folder";
	} else if (!user) {
		folder.problem = "as whom slapd runs is not known";
	} else if (!may_write(user, &status)) {
		folder.state = LOG_FOLDER_FOREIGN;
		folder.problem = "slapd may not write there";
	} else {
		folder.state = contents_look(pool, path, &folder.problem);
	}
	return folder;
}

/* As numbers: a look-up of names may be sent to a directory, and wait for this very slapd. */
static void user_tell(Pool *pool, const SlapdUser *user, Machine *ret)
{
	ret->slapd_user = pool_printf(pool, "%u", (unsigned)user->uid);
	ret->slapd_group = pool_printf(pool, "%u", (unsigned)user->gid);
}

/* Of where the log is, or is to be. */
static void room_look(const char *path, LogFolder *folder)
{
	struct statvfs status;

	if (path && statvfs(path, &status) == 0) {
		folder->has_room = true;
		folder->room_bytes = (int64_t)status.f_bavail * (int64_t)status.f_frsize;
	}
}

static const Entry *overlay_of(const Live *live, const DesiredDatabase *desired)
{
	const LiveDatabase *database;

	return live_find_database(live, desired->suffix, &database) == 1
		       ? live_log_overlay(live, database, desired->delta->logbase)
		       : NULL;
}

static void size_look(Pool *pool, const char *path, LogFolder *folder)
{
	struct stat status;

	if (path && lstat(pool_printf(pool, "%s/data.mdb", path), &status) == 0 &&
	    S_ISREG(status.st_mode)) {
		folder->has_size = true;
		folder->size_bytes = (int64_t)status.st_blocks * 512;
	}
}

/* Of a log that is there. */
static void log_look(Pool *pool, const char *suffix, const LiveDatabase *log, const Entry *overlay,
		     LogFolder *folder)
{
	const char *path = entry_first(log->entry, "olcDbDirectory");

	folder->suffix = suffix;
	folder->base = log->suffixes->values[0].bytes;
	folder->keeps_sec =
		live_log_keeps_sec(overlay ? entry_first(overlay, "olcAccessLogPurge") : NULL);
	room_look(path, folder);
	size_look(pool, path, folder);
}

/* Of logs that others made. */
static void others_look(Pool *pool, const Live *live, const DesiredDatabase *desired, Machine *ret)
{
	const LiveDatabase *database, *log;

	if (live_find_database(live, desired->suffix, &database) != 1)
		return;
	for (const Entry *overlay = live_log_any(live, database); overlay;
	     overlay = live_log_next(live, database, overlay)) {
		const char *base = entry_first(overlay, "olcAccessLogDB");
		LogFolder folder = {.state = LOG_FOLDER_USED};

		if ((desired->delta && dn_equal(base, desired->delta->logbase)) ||
		    live_find_database(live, base, &log) != 1)
			continue;
		folder.path = entry_first(log->entry, "olcDbDirectory");
		log_look(pool, desired->suffix, log, overlay, &folder);
		if (folder.path)
			POOL_PUSH(pool, ret->log_folders, ret->n_log_folders, folder);
	}
}

void log_folders_read(Pool *pool, const Live *live, const Wanted *wanted, Machine *ret)
{
	const LiveDatabase *log;
	SlapdUser user;
	bool is_known = false;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++) {
		const Delta *delta = wanted->databases[i].desired->delta;

		LogFolder folder = {.state = LOG_FOLDER_USED};

		others_look(pool, live, wanted->databases[i].desired, ret);
		if (!delta)
			continue;
		folder.path = delta->directory;
		if (live_find_database(live, delta->logbase, &log) > 0) {
			log_look(pool, wanted->databases[i].desired->suffix, log,
				 overlay_of(live, wanted->databases[i].desired), &folder);
			POOL_PUSH(pool, ret->log_folders, ret->n_log_folders, folder);
			continue;
		}
		if (!is_known)
			is_known = slapd_user_find(pool, entry_first(live->global, "olcPidFile"),
						   &user);
		if (is_known)
			user_tell(pool, &user, ret);
		folder = folder_look(pool, is_known ? &user : NULL, delta->directory);
		room_look(delta->directory, &folder);
		POOL_PUSH(pool, ret->log_folders, ret->n_log_folders, folder);
	}
}
