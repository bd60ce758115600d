/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/owner.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_OF_SLAPD "cn=config.ldif"

/* slapd may have been given a folder of root's to which its group may write: LTB's package makes it
 * so. Then the file tells, and one that is not there, or is a link, tells nothing: root does
 * nothing in a folder to which others may write. A file of root's in a folder of slapd's, on the
 * other hand, is one that slapd cannot use. */
int owner_find(const char *config_dir, struct stat *ret)
{
	char path[PATH_MAX];
	struct stat folder, file;

	if (stat(config_dir, &folder) < 0)
		return -1;
	*ret = folder;
	if (folder.st_uid != 0 || !(folder.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	if (snprintf(path, sizeof(path), "%s/" FILE_OF_SLAPD, config_dir) >= (int)sizeof(path) ||
	    lstat(path, &file) < 0)
		return -1;
	*ret = file;
	errno = EPERM;
	return S_ISREG(file.st_mode) && file.st_nlink == 1 ? 0 : -1;
}

static bool is_somebody_else(const struct stat *owner)
{
	return geteuid() == 0 && owner->st_uid != 0;
}

int owner_become(const char *config_dir, Error *err)
{
	struct stat owner;

	if (owner_find(config_dir, &owner) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "%s: %s", config_dir, strerror(errno));
	if (!is_somebody_else(&owner) || (setegid(owner.st_gid) == 0 && seteuid(owner.st_uid) == 0))
		return 0;
	error_set(err, ERROR_DENIED, errno, "user %u, who owns %s, cannot be taken on: %s",
		  (unsigned)owner.st_uid, config_dir, strerror(errno));
	owner_return();
	return -1;
}

void owner_return(void)
{
	if (getuid() == 0 && (seteuid(0) < 0 || setegid(getgid()) < 0))
		abort();
}

bool owner_drop_to(const char *config_dir)
{
	const struct passwd *user;
	struct stat owner;

	if (owner_find(config_dir, &owner) < 0)
		return false;
	if (!is_somebody_else(&owner))
		return true;
	user = getpwuid(owner.st_uid);
	if (user ? initgroups(user->pw_name, owner.st_gid) < 0 : setgroups(1, &owner.st_gid) < 0)
		return false;
	return setresgid(owner.st_gid, owner.st_gid, owner.st_gid) == 0 &&
	       setresuid(owner.st_uid, owner.st_uid, owner.st_uid) == 0;
}
