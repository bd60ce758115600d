/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/system/fd.h"
#include "agent/system/file.h"

static int system_failed(const char *path, const char *action, int reason, Error *err)
{
	const bool denied = reason == EACCES || reason == EPERM;

	return error_set(err, denied ? ERROR_DENIED : ERROR_SYSTEM, reason,
			 "%s: the folder cannot be %s: %s%s", path, action, strerror(reason),
			 denied ? ": run as root" : "");
}

static int folder_check(const char *path, int fd, Error *err)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return system_failed(path, "examined", errno, err);
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return error_set(err, ERROR_INPUT, 0,
				 "%s: is owned by user %u, wanted root: `chown root:root %s`", path,
				 (unsigned)status.st_uid, path);
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, ERROR_INPUT, 0,
				 "%s: has mode %04o, wanted 0755 or stricter because only root may "
				 "change what is in it: `chmod go-w %s`",
				 path, (unsigned)status.st_mode & 07777, path);
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
