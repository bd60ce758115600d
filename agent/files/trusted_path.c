/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/trusted_path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool is_roots_alone(const struct stat *status)
{
	return status->st_uid == 0 && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

/* In a folder with the sticky bit nobody can move another user's files. */
static bool others_may_turn(const struct stat *folder, uid_t uid, gid_t gid)
{
	if (folder->st_uid != 0 && folder->st_uid != uid)
		return true;
	if (is_roots_alone(folder) || (folder->st_mode & S_ISVTX))
		return false;
	return (folder->st_mode & S_IWOTH) ||
	       ((folder->st_mode & S_IWGRP) && (uid == 0 || folder->st_gid != gid));
}

const char *trusted_path(Pool *pool, const char *path, uid_t uid, gid_t gid)
{
	char real[PATH_MAX];
	struct stat folder;

	if (!realpath(path, real))
		return NULL;
	for (char *slash = strchr(real, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *above =
			slash == real ? "/" : pool_copy(pool, real, (size_t)(slash - real));

		if (lstat(above, &folder) < 0)
			return NULL;
		errno = EPERM;
		if (others_may_turn(&folder, uid, gid))
			return NULL;
	}
	return pool_strdup(pool, real);
}

const char *trusted_program(Pool *pool, const char *path)
{
	const char *real = trusted_path(pool, path, 0, 0);
	struct stat program;

	if (!real || lstat(real, &program) < 0 || access(real, X_OK) < 0)
		return NULL;
	errno = EPERM;
	return S_ISREG(program.st_mode) && is_roots_alone(&program) ? real : NULL;
}
