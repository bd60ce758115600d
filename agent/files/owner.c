/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/files/trusted_path.h"

#define FOLDER_OF_SLAPD "cn=config"
#define FILE_OF_SLAPD   FOLDER_OF_SLAPD ".ldif"

/* Only root can put what is absent into a folder of root's. */
static bool is_roots_or_absent(Pool *pool, const char *config_dir, const char *name)
{
	struct stat status;

	if (lstat(pool_printf(pool, "%s/%s", config_dir, name), &status) < 0)
		return errno == ENOENT;
	return is_roots_alone(&status);
}

/* slapd as root executes what modules the files name: nobody else may have written them. */
static bool is_roots_through(Pool *pool, const char *config_dir, const struct stat *folder)
{
	return is_roots_alone(folder) && is_roots_or_absent(pool, config_dir, FILE_OF_SLAPD) &&
	       is_roots_or_absent(pool, config_dir, FOLDER_OF_SLAPD);
}

/* slapd may have been given a folder of root's to which its group may write: LTB's package does so.
 * Then the file decides, and one that is not there, or is a link, proves nothing: root does nothing
 * in a folder to which others may write. A file of root's in a folder of slapd's, on the other
 * hand, is one that slapd cannot use. */
static int user_find(Pool *pool, const char *config_dir, const struct stat *folder, Owner *ret)
{
	struct stat file;

	ret->uid = folder->st_uid;
	ret->gid = folder->st_gid;
	if (folder->st_uid != 0 || is_roots_alone(folder))
		return 0;
	if (lstat(pool_printf(pool, "%s/" FILE_OF_SLAPD, config_dir), &file) < 0)
		return -1;
	ret->uid = file.st_uid;
	ret->gid = file.st_gid;
	errno = EPERM;
	return S_ISREG(file.st_mode) && file.st_nlink == 1 ? 0 : -1;
}

/* Root goes by the real path, which from here on leads where it does now. */
static int path_settle(Pool *pool, const struct stat *folder, Owner *owner)
{
	struct stat now;

	owner->config_dir = trusted_path(pool, owner->config_dir, owner->uid, owner->gid);
	if (!owner->config_dir || lstat(owner->config_dir, &now) < 0)
		return -1;
	errno = EPERM;
	if (now.st_dev != folder->st_dev || now.st_ino != folder->st_ino)
		return -1;
	return owner->uid != 0 || is_roots_through(pool, owner->config_dir, &now) ? 0 : -1;
}

int owner_find(Pool *pool, const char *config_dir, Owner *ret)
{
	Owner owner = {.config_dir = config_dir};
	struct stat folder;

	if (stat(config_dir, &folder) < 0 || user_find(pool, config_dir, &folder, &owner) < 0)
		return -1;
	if (geteuid() == 0 && path_settle(pool, &folder, &owner) < 0)
		return -1;
	*ret = owner;
	return 0;
}

int owner_error(const char *config_dir, Error *err)
{
	if (errno != EPERM)
		return error_set(err, ERROR_SYSTEM, errno, "%s: %s", config_dir, strerror(errno));
	return error_set(err, ERROR_DENIED, EPERM,
			 "%s: nothing is done there as root: others than root and slapd's user can "
			 "write to it or to a folder above it",
			 config_dir);
}

static bool is_somebody_else(const Owner *owner)
{
	return geteuid() == 0 && owner->uid != 0;
}

int owner_become(const Owner *owner, Error *err)
{
	if (!is_somebody_else(owner) || (setegid(owner->gid) == 0 && seteuid(owner->uid) == 0))
		return 0;
	error_set(err, ERROR_DENIED, errno, "user %u, who owns %s, cannot be taken on: %s",
		  (unsigned)owner->uid, owner->config_dir, strerror(errno));
	owner_return();
	return -1;
}

void owner_return(void)
{
	if (getuid() == 0 && (seteuid(0) < 0 || setegid(getgid()) < 0))
		abort();
}

bool owner_drop_to(const Owner *owner)
{
	const struct passwd *user;

	if (!is_somebody_else(owner))
		return true;
	user = getpwuid(owner->uid);
	if (user ? initgroups(user->pw_name, owner->gid) < 0 : setgroups(1, &owner->gid) < 0)
		return false;
	return setresgid(owner->gid, owner->gid, owner->gid) == 0 &&
	       setresuid(owner->uid, owner->uid, owner->uid) == 0;
}
