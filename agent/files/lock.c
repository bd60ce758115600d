/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "agent/files/file.h"
#include "agent/files/folder.h"
#include "agent/system/fd.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/base/pool.h"
#include "common/remedies/remedies.h"

#define RETRY_MSEC 50
#define TRIES_MAX  3 /* with a file that goes again and again */
/* What the kernel needs at most to clean up after a daemon that was killed. */
#define PREDECESSOR_MSEC 1000

/* 0 taken, 1 held by another, -1 failed. */
static int lock_try(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK || errno == EINTR ? 1 : -1;
}

/* The process that took it last; 0 when the file does not say. */
static long holder_read(int fd)
{
	char text[32] = "";

	(void)!pread(fd, text, sizeof(text) - 1, 0);
	return strtol(text, NULL, 10);
}

/* flock(2) has no time limit, and a signal handler would be the daemon's business: so it polls. */
static int lock_wait(int fd, const char *path, unsigned timeout_msec)
{
	int result = lock_try(fd);
	AUTO_PROGRESS waiting;

	if (result == 1)
		progress_begin(&waiting, "Waiting for process %ld, which holds %s ...",
			       holder_read(fd), path);
	for (unsigned waited_msec = 0; result == 1 && waited_msec < timeout_msec;
	     waited_msec += RETRY_MSEC) {
		pause_msec(RETRY_MSEC);
		result = lock_try(fd);
	}
	return result;
}

/* A process that may open the file may hold a lock on it: an older one could be read by
 * everybody. */
static int lock_open(int folder, const char *name)
{
	const int fd =
		openat(folder, name,
		       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && (status.st_mode & 0077))
		(void)fchmod(fd, 0600);
	return fd;
}

/* A daemon takes it over and over: only the first time something changes. */
static int holder_write(int fd)
{
	char text[32], found[sizeof(text)];
	const int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (pread(fd, found, sizeof(found), 0) == len && memcmp(found, text, (size_t)len) == 0)
		return 0;
	return ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) < 0 ? -1 : 0;
}

static int busy(int fd, const char *path, unsigned timeout_msec, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const long pid = holder_read(fd);

	if (pid <= 0)
		return error_set(err, ERROR_BUSY, 0,
				 "another syncward holds %s and did not finish within %u ms", path,
				 timeout_msec);
	return error_set(
		err, ERROR_BUSY, 0,
		"process %ld holds %s and did not finish within %u ms: see `%s`", pid, path,
		timeout_msec,
		remedy_fill(pool, REMEDY_PROCESS, remedy_number(pool, (unsigned long)pid)));
}

int lock_take(const char *run_dir, unsigned timeout_msec, Error *err)
{
	return lock_take_named(run_dir, LOCK_OF_WRITERS, timeout_msec, err);
}

static bool is_same_file(int fd, const char *path)
{
	struct stat held, there;

	return fstat(fd, &held) == 0 && lstat(path, &there) == 0 && held.st_dev == there.st_dev &&
	       held.st_ino == there.st_ino;
}

bool lock_is_held(int lock, const char *run_dir, const char *name)
{
	AUTO(Pool) *scratch = pool_new();

	return lock >= 0 && is_same_file(lock, pool_printf(scratch, "%s/%s", run_dir, name));
}

/* True when something else than a file has its name. */
static bool is_no_file(int folder, const char *path, const char *name, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	struct stat there;

	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) < 0 || S_ISREG(there.st_mode))
		return false;
	error_set(err, ERROR_INPUT, 0,
		  "%s: is %s, and syncward keeps its lock in a regular file of that name, which it "
		  "makes itself: `%s`",
		  path, file_kind_name(there.st_mode),
		  remedy_fill(scratch, REMEDY_FILE_ASIDE, path,
			      pool_printf(scratch, "%s.aside", path)));
	return true;
}

/* A file that was removed meanwhile, with its folder or alone, locks nobody out any more: once more
 * with the one that is there now. */
static int lock_file(const char *run_dir, const char *path, const char *name, unsigned timeout_msec,
		     int *ret_fd, Error *err)
{
	for (int tries = 0;; tries++) {
		AUTO_FD folder = folder_open(run_dir, 0755, err);
		int result;

		if (folder < 0 || is_no_file(folder, path, name, err))
			return -2;
		*ret_fd = lock_open(folder, name);
		result = *ret_fd < 0 ? -1 : lock_wait(*ret_fd, path, timeout_msec);
		if (result != 0 || is_same_file(*ret_fd, path) || tries == TRIES_MAX)
			return result;
		(void)close(*ret_fd);
		*ret_fd = -1;
	}
}

int lock_take_named(const char *run_dir, const char *name, unsigned timeout_msec, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const char *path = pool_printf(scratch, "%s/%s", run_dir, name);
	AUTO_FD fd = -1;
	int result, taken;

	result = lock_file(run_dir, path, name, timeout_msec, &fd, err);
	if (result == -2)
		return -1;
	if (result == 1)
		return busy(fd, path, timeout_msec, err);
	if (result < 0 || holder_write(fd) < 0)
		return error_set(err, errno == EACCES ? ERROR_DENIED : ERROR_SYSTEM, errno,
				 "%s: cannot be locked: %s", path, strerror(errno));
	taken = fd;
	fd = -1;
	return taken;
}

int lock_take_daemon(const char *run_dir, Error *err)
{
	const int lock = lock_take_named(run_dir, LOCK_OF_DAEMON, PREDECESSOR_MSEC, err);

	if (lock < 0 && err->class == ERROR_BUSY)
		error_prefix(err, "only one daemon may keep this node, and one runs already");
	return lock;
}

void lock_release(int lock)
{
	if (lock >= 0)
		(void)close(lock);
}
