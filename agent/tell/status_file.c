/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tell/status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/files/file_write.h"
#include "agent/files/folder.h"
#include "agent/system/fd.h"
#include "common/json/json_scan.h"
#include "common/remedies/remedies.h"

#define STAT_SIZE 1024 /* of /proc/PID/stat, with room to spare */

/* Where there is no room the old one makes some: what it says is no longer known to be true, and
 * must not be read for minutes as if it were. */
static int file_renew(const FileTarget *target, const char *text, Error *err)
{
	if (file_replace(target, text, strlen(text), err) == 0)
		return 0;
	if ((err->code != ENOSPC && err->code != EDQUOT) || file_remove(target, NULL) < 0)
		return -1;
	return file_replace(target, text, strlen(text), err);
}

int status_file_write(const char *run_dir, const char *text, Error *err)
{
	AUTO_FD folder = folder_open(run_dir, 0755, err);
	const FileTarget target = {
		.folder_fd = folder,
		.folder_path = run_dir,
		.name = STATUS_FILE,
		.mode = 0644,
	};

	return folder < 0 ? -1 : file_renew(&target, text, err);
}

int metrics_file_write(const char *path, const char *text, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char *slash = strrchr(path, '/');
	const char *folder_path =
		slash == path ? "/" : pool_copy(pool, path, (size_t)(slash - path));
	AUTO_FD folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const FileTarget target = {
		.folder_fd = folder,
		.folder_path = folder_path,
		.name = slash + 1,
		.mode = 0644,
	};

	if (folder < 0)
		return error_set(err, ERROR_SYSTEM, errno, "%s: cannot be written: %s: %s", path,
				 folder_path, strerror(errno));
	return file_renew(&target, text, err);
}

int status_file_read(Pool *pool, const char *run_dir, FileContent *content, Status *ret, Error *err)
{
	const char *path = pool_printf(pool, "%s/" STATUS_FILE, run_dir);
	const FileCheck check = {
		.max_bytes = JSON_OURS_MAX_BYTES,
		.missing_hint = pool_printf(
			pool,
			"no daemon has run here since the machine started, or it had no "
			"room to report: `%s`",
			remedy_text(REMEDY_DAEMON_START)),
	};
	FileContent read;

	if (file_read_checked(pool, path, &check, &read, err) < 0 ||
	    status_parse(pool, path, read.bytes, read.len, ret, err) < 0)
		return -1;
	if (content)
		*content = read;
	return 0;
}

/* Behind "PID (NAME) " in /proc/PID/stat, which begins with the state; NULL: not to be read. */
static const char *process_fields(long pid, char text[static STAT_SIZE])
{
	char path[32];
	const char *name_end;
	AUTO_FD fd = -1;
	ssize_t len;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, STAT_SIZE - 1);
	if (len <= 0)
		return NULL;
	text[len] = '\0';
	/* The name may hold parentheses itself. */
	name_end = strrchr(text, ')');
	return name_end && name_end[1] == ' ' ? name_end + 2 : NULL;
}

static uint64_t start_ticks_in(const char *field)
{
	/* The state is field 3, and 22 is wanted. */
	for (int i = 3; field && i < 22; i++) {
		field = strchr(field, ' ');
		field = field ? field + 1 : NULL;
	}
	return field ? strtoull(field, NULL, 10) : 0;
}

uint64_t process_start_ticks(long pid)
{
	char text[STAT_SIZE];

	return start_ticks_in(process_fields(pid, text));
}

Claim status_writer_runs(const Status *status)
{
	char text[STAT_SIZE];
	const char *fields = process_fields(status->pid, text);

	/* /proc may hide the processes of others. */
	if (!fields)
		return kill((pid_t)status->pid, 0) == 0 || errno == EPERM ? CLAIM_YES : CLAIM_NO;
	/* In containers often nobody waits for what ended: it keeps its number. */
	if (*fields == 'Z' || *fields == 'X')
		return CLAIM_NO;
	return start_ticks_in(fields) == status->pid_ticks ? CLAIM_YES : CLAIM_NO;
}

/* The same file under another name is no other file. */
static bool is_same_file(const char *one, const char *other)
{
	struct stat status_one, status_other;

	if (strcmp(one, other) == 0)
		return true;
	return stat(one, &status_one) == 0 && stat(other, &status_other) == 0 &&
	       status_one.st_dev == status_other.st_dev && status_one.st_ino == status_other.st_ino;
}

int status_check_same_file(Pool *pool, const char *run_dir, const char *peers_file, Error *err)
{
	Status status;

	if (status_file_read(pool, run_dir, NULL, &status, NULL) < 0 ||
	    status_writer_runs(&status) != CLAIM_YES || status.pid == (long)getpid() ||
	    is_same_file(status.peers_file, peers_file))
		return 0;
	return error_set(err, ERROR_USAGE, 0,
			 "the daemon (process %ld) keeps this node as %s says and would undo what "
			 "%s says: %s, or `%s`",
			 status.pid, status.peers_file, peers_file, remedy_text(REMEDY_DAEMON_FILE),
			 remedy_text(REMEDY_DAEMON_STOP));
}
