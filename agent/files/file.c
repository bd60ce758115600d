/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/system/fd.h"
#include "common/remedies/remedies.h"

#define MODE_BITS 07777

static FileIdentity identity_of(const struct stat *status)
{
	return (FileIdentity){
		.device = status->st_dev,
		.inode = status->st_ino,
		.size_bytes = (uint64_t)status->st_size,
		.mtime_nsec =
			(int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec,
	};
}

FileIdentity file_identity_of(const char *path)
{
	struct stat status;

	return lstat(path, &status) < 0 ? (FileIdentity){0} : identity_of(&status);
}

bool file_identity_equal(const FileIdentity *one, const FileIdentity *other)
{
	return one->device == other->device && one->inode == other->inode &&
	       one->size_bytes == other->size_bytes && one->mtime_nsec == other->mtime_nsec;
}

/* What a link leads to is not always a file, and a relative one is seen from its own folder. */
static int link_refused(const char *path, int reason, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	char target[PATH_MAX];
	char file[PATH_MAX];
	struct stat status;
	const ssize_t len = readlink(path, target, sizeof(target) - 1);
	const bool has_file =
		realpath(path, file) && stat(file, &status) == 0 && S_ISREG(status.st_mode);

	target[len < 0 ? 0 : len] = '\0';
	return error_set(
		err, ERROR_INPUT, reason,
		"%s: is a symbolic link (to %s), wanted a regular file: name the file itself%s",
		path, target,
		has_file ? pool_printf(pool, ", or `%s`",
				       remedy_fill(pool, REMEDY_FILE_ITSELF, file, path))
			 : "");
}

static int open_failed(const char *path, const FileCheck *check, int reason, Error *err)
{
	switch (reason) {
	case ENOENT:
	case ENOTDIR:
		return error_set(err, ERROR_INPUT, reason, "%s: there is no such file%s%s", path,
				 check->missing_hint ? ": " : "",
				 check->missing_hint ? check->missing_hint : "");
	case ELOOP:
		return link_refused(path, reason, err);
	case EACCES:
	case EPERM:
		return error_set(err, ERROR_DENIED, reason, "%s: cannot be opened: %s: %s", path,
				 strerror(reason), remedy_text(REMEDY_AS_ROOT));
	default:
		return error_set(err, ERROR_SYSTEM, reason, "%s: cannot be opened: %s", path,
				 strerror(reason));
	}
}

static bool owner_is_trusted(const struct stat *status)
{
	return status->st_uid == 0 || status->st_uid == geteuid();
}

/* The permission bits that must not be set. */
static mode_t forbidden_bits(const struct stat *status, bool is_secret)
{
	if (!is_secret)
		return S_IWGRP | S_IWOTH;
	return S_IWGRP | S_IRWXO | (status->st_gid == 0 ? 0 : S_IRWXG);
}

const char *file_kind_name(mode_t mode)
{
	static const struct {
		mode_t format;
		const char *name;
	} kinds[] = {
		{S_IFREG, "a regular file"}, {S_IFDIR, "a directory"}, {S_IFLNK, "a symbolic link"},
		{S_IFIFO, "a FIFO"},         {S_IFSOCK, "a socket"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if ((mode & S_IFMT) == kinds[i].format)
			return kinds[i].name;
	return "a device";
}

static int status_check(const char *path, const struct stat *status, const FileCheck *check,
			Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const unsigned mode = status->st_mode & MODE_BITS;
	const char *wanted = check->is_secret ? "0600" : "0644";
	/* A service in whose group it is would be locked out. */
	const bool has_readers =
		check->is_secret && status->st_gid != 0 && (status->st_mode & S_IRGRP);

	if (!S_ISREG(status->st_mode))
		return error_set(err, ERROR_INPUT, 0, "%s: is %s, wanted a regular file", path,
				 file_kind_name(status->st_mode));
	if (!owner_is_trusted(status))
		return error_set(err, ERROR_INPUT, 0, "%s: is owned by user %u, wanted root: `%s`",
				 path, (unsigned)status->st_uid,
				 remedy_fill(pool, REMEDY_FILE_OWNER, path));
	if (mode & forbidden_bits(status, check->is_secret))
		return error_set(
			err, ERROR_INPUT, 0,
			"%s: has mode %04o, wanted %s or stricter because %s: `%s`%s%s", path, mode,
			wanted,
			check->is_secret ? "it holds a password" : "only root may change it",
			remedy_fill(pool, REMEDY_FILE_MODE, wanted, path), has_readers ? "; " : "",
			has_readers ? remedy_text(REMEDY_FILE_OF_ITS_OWN) : "");
	if ((uint64_t)status->st_size > check->max_bytes)
		return error_set(err, ERROR_INPUT, 0, "%s: has %llu bytes, at most %zu are allowed",
				 path, (unsigned long long)status->st_size, check->max_bytes);
	return 0;
}

/* Reads until the end of the file or until the buffer is full; returns the length, or -1. */
static ssize_t read_fully(int fd, char *bytes, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, bytes + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int content_read(Pool *pool, int fd, const char *path, const struct stat *status,
			FileContent *ret, Error *err)
{
	const size_t size = (size_t)status->st_size;
	const FileIdentity before = identity_of(status);
	char *bytes = pool_alloc(pool, size + 2);
	const ssize_t len = read_fully(fd, bytes, size + 1);
	struct stat status_after;
	FileIdentity after;

	if (len < 0 || fstat(fd, &status_after) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "%s: cannot be read: %s", path,
				 strerror(errno));
	after = identity_of(&status_after);
	if ((size_t)len != size || !file_identity_equal(&before, &after))
		return error_set(err, ERROR_INPUT, 0,
				 "%s: changed while it was read: try again when it is written",
				 path);
	bytes[len] = '\0';
	*ret = (FileContent){
		.bytes = bytes,
		.len = (size_t)len,
		.identity = before,
		.is_private = !(status->st_mode & forbidden_bits(status, true)),
	};
	return 0;
}

int file_read_checked(Pool *pool, const char *path, const FileCheck *check, FileContent *ret,
		      Error *err)
{
	/* O_NONBLOCK: a FIFO of that name must not hold us. */
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return open_failed(path, check, errno, err);
	if (fstat(fd, &status) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "%s: cannot be examined: %s", path,
				 strerror(errno));
	if (status_check(path, &status, check, err) < 0)
		return -1;
	return content_read(pool, fd, path, &status, ret, err);
}

const char *file_identity_text(Pool *pool, const FileIdentity *identity)
{
	return pool_printf(pool, "%ju:%ju:%jd", (uintmax_t)identity->device,
			   (uintmax_t)identity->inode, (intmax_t)identity->mtime_nsec);
}
