/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_somebody_else(const struct stat *owner)
{
	return geteuid() == 0 && owner->st_uid != 0;
}

int owner_become(const char *folder, Error *err)
{
	struct stat owner;

	if (stat(folder, &owner) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "%s: %s", folder, strerror(errno));
	if (!is_somebody_else(&owner) || (setegid(owner.st_gid) == 0 && seteuid(owner.st_uid) == 0))
		return 0;
	error_set(err, ERROR_DENIED, errno, "user %u, who owns %s, cannot be taken on: %s",
		  (unsigned)owner.st_uid, folder, strerror(errno));
	owner_return();
	return -1;
}

void owner_return(void)
{
	if (getuid() == 0 && (seteuid(0) < 0 || setegid(getgid()) < 0))
		abort();
}

bool owner_drop_to(const char *folder)
{
	const struct passwd *user;
	struct stat owner;

	if (stat(folder, &owner) < 0)
		return false;
	if (!is_somebody_else(&owner))
		return true;
	user = getpwuid(owner.st_uid);
	if (user ? initgroups(user->pw_name, owner.st_gid) < 0 : setgroups(1, &owner.st_gid) < 0)
		return false;
	return setresgid(owner.st_gid, owner.st_gid, owner.st_gid) == 0 &&
	       setresuid(owner.st_uid, owner.st_uid, owner.st_uid) == 0;
}
