/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/files/file.h"
#include "agent/system/fd.h"
#include "common/remedies/remedies.h"

static int system_failed(const char *path, const char *action, int reason, Error *err)
{
	const bool denied = reason == EACCES || reason == EPERM;

	return error_set(err, denied ? ERROR_DENIED : ERROR_SYSTEM, reason,
			 "%s: the folder cannot be %s: %s%s%s", path, action, strerror(reason),
			 denied ? ": " : "", denied ? remedy_text(REMEDY_AS_ROOT) : "");
}

/*
 * True for /etc/syncward and its like: a change may be advised only of what is ours alone. Where
 * others have their files, as below /tmp, changed permissions would end their work.
 */
static bool is_of_its_own(const char *path, const struct stat *status)
{
	const char *end = path + strlen(path);
	const char *name;

	while (end > path && end[-1] == '/')
		end--;
	name = end;
	while (name > path && name[-1] != '/')
		name--;
	return !(status->st_mode & (S_ISVTX | S_ISGID | S_ISUID)) && end - name == 8 &&
	       strncmp(name, "syncward", 8) == 0;
}

/* What makes it a folder in which nobody but root changes anything. */
static const char *folder_remedy(Pool *pool, const char *path, const struct stat *status,
				 Remedy remedy)
{
	if (is_of_its_own(path, status))
		return pool_printf(pool, "`%s`", remedy_fill(pool, remedy, path));
	return pool_printf(pool, "leave it so, and name another one, as `%s` makes it",
			   remedy_fill(pool, REMEDY_FOLDER_OF_ITS_OWN,
				       pool_printf(pool, "%s%ssyncward", path,
						   path[strlen(path) - 1] == '/' ? "" : "/")));
}

static int folder_check(const char *path, int fd, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	struct stat status;

	if (fstat(fd, &status) < 0)
		return system_failed(path, "examined", errno, err);
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return error_set(err, ERROR_INPUT, 0, "%s: is owned by user %u, wanted root: %s",
				 path, (unsigned)status.st_uid,
				 folder_remedy(pool, path, &status, REMEDY_FOLDER_OWNER));
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, ERROR_INPUT, 0,
				 "%s: has mode %04o, wanted 0755 or stricter because only root may "
				 "change what is in it: %s",
				 path, (unsigned)status.st_mode & 07777,
				 folder_remedy(pool, path, &status, REMEDY_FOLDER_MODE));
	return 0;
}

int folder_open_existing(const char *path, Error *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int checked;

	if (fd < 0)
		return system_failed(path, "opened", errno, err);
	if (folder_check(path, fd, err) < 0)
		return -1;
	checked = fd;
	fd = -1;
	return checked;
}

int folder_open(const char *path, mode_t mode, Error *err)
{
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return system_failed(path, "created", errno, err);
	return folder_open_existing(path, err);
}
