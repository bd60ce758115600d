/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/files/file_write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/system/fd.h"
#include "common/base/pool.h"
#include "common/remedies/remedies.h"

#define SPARE_BLOCK 1024

static int write_failed(const FileTarget *target, const char *action, int reason, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const char *path = pool_printf(scratch, "%s/%s", target->folder_path, target->name);
	const char *aside = pool_printf(scratch, "%s.aside", path);

	return error_set(err, reason == EACCES ? ERROR_DENIED : ERROR_SYSTEM, reason,
			 "%s: cannot be %s: %s%s", path, action, strerror(reason),
			 /* The only kind that a file does not replace. */
			 reason == EISDIR
				 ? pool_printf(scratch, ": `%s`",
					       remedy_fill(scratch, REMEDY_FILE_ASIDE, path, aside))
				 : "");
}

static int write_fully(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What of a new file must be on the disk when the call returns. */
typedef enum Durability {
	DURABLE_NOT,
	DURABLE_ATOMIC,
} Durability;

/* The mode is set apart from open(2): it must not depend on the umask. */
static int temporary_open(const FileTarget *target, const char *name)
{
	(void)unlinkat(target->folder_fd, name, 0);
	return openat(target->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		      0600);
}

static int fill(const FileTarget *target, int fd, const char *bytes, size_t len,
		Durability durability)
{
	if (fd < 0 || fchmod(fd, target->mode) < 0 || write_fully(fd, bytes, len) < 0)
		return -1;
	return durability == DURABLE_ATOMIC ? fsync(fd) : 0;
}

static int replace(const FileTarget *target, const char *bytes, size_t len, Durability durability,
		   Error *err)
{
	char name[NAME_MAX + 1];
	AUTO_FD fd = -1;

	/* The process id keeps two writers of one name apart. */
	if (snprintf(name, sizeof(name), ".%s.%d", target->name, (int)getpid()) >=
	    (int)sizeof(name))
		return write_failed(target, "written", ENAMETOOLONG, err);
	fd = temporary_open(target, name);
	if (fill(target, fd, bytes, len, durability) < 0 ||
	    renameat(target->folder_fd, name, target->folder_fd, target->name) < 0 ||
	    (durability == DURABLE_ATOMIC && fsync(target->folder_fd) < 0)) {
		const int reason = errno;

		(void)unlinkat(target->folder_fd, name, 0);
		return write_failed(target, "written", reason, err);
	}
	return 0;
}

int file_write_atomic(const FileTarget *target, const char *bytes, size_t len, Error *err)
{
	return replace(target, bytes, len, DURABLE_ATOMIC, err);
}

int file_replace(const FileTarget *target, const char *bytes, size_t len, Error *err)
{
	return replace(target, bytes, len, DURABLE_NOT, err);
}

/* A file that keeps its size keeps its blocks. */
static int spare_fill(const FileTarget *target, int fd, const char *bytes, size_t len)
{
	char line_ends[SPARE_BLOCK];
	const size_t rest = SPARE_BLOCK - len % SPARE_BLOCK;
	struct stat status;

	memset(line_ends, '\n', sizeof(line_ends));
	if (fd < 0 || fstat(fd, &status) < 0 || fchmod(fd, target->mode) < 0 ||
	    write_fully(fd, bytes, len) < 0 || write_fully(fd, line_ends, rest) < 0)
		return -1;
	return status.st_size > (off_t)(len + rest) ? ftruncate(fd, (off_t)(len + rest)) : 0;
}

int file_write_spare(const FileTarget *target, const char *spare, const char *bytes, size_t len,
		     Error *err)
{
	AUTO_FD fd =
		openat(target->folder_fd, spare, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	/* ext4, XFS and btrfs bring a rename to the disk with the file that was renamed. */
	if (spare_fill(target, fd, bytes, len) < 0 ||
	    renameat(target->folder_fd, spare, target->folder_fd, target->name) < 0 ||
	    fsync(fd) < 0) {
		const int reason = errno;

		(void)unlinkat(target->folder_fd, spare, 0);
		return write_failed(target, "written", reason, err);
	}
	return 0;
}

int file_make_spare(const FileTarget *target, const char *spare, Error *err)
{
	if (renameat(target->folder_fd, target->name, target->folder_fd, spare) < 0 &&
	    errno != ENOENT)
		return write_failed(target, "removed", errno, err);
	return 0;
}

int file_append(const FileTarget *target, const char *bytes, size_t len, Error *err)
{
	AUTO_FD fd = openat(target->folder_fd, target->name,
			    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, target->mode);

	if (fd < 0 || fchmod(fd, target->mode) < 0 || write_fully(fd, bytes, len) < 0)
		return write_failed(target, "appended to", errno, err);
	return 0;
}

int file_remove(const FileTarget *target, Error *err)
{
	if (unlinkat(target->folder_fd, target->name, 0) < 0 && errno != ENOENT)
		return write_failed(target, "removed", errno, err);
	return 0;
}

int file_remove_synced(const FileTarget *target, Error *err)
{
	if (file_remove(target, err) < 0)
		return -1;
	return fsync(target->folder_fd) < 0 ? write_failed(target, "removed", errno, err) : 0;
}

/* ".intent.json.4711" */
static bool name_is_temporary(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] == '.' && dot > name && dot[1] &&
	       dot[1 + strspn(dot + 1, "0123456789")] == '\0';
}

void file_remove_temporaries(int folder_fd)
{
	const int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	for (struct dirent *item = readdir(folder); item; item = readdir(folder))
		if (name_is_temporary(item->d_name))
			(void)unlinkat(folder_fd, item->d_name, 0);
	(void)closedir(folder);
}
