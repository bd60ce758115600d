/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk_witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/configfile.h"
#include "common/pool.h"

#define WATCH_MASK     (IN_MOVED_TO | IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define MAX_DEPTH      8
#define MIN_FREE_KIB   1024
#define MIN_FREE_NODES 16

typedef struct Watch {
	int descriptor;
	const char *path; /* relative to the folder; "" for itself */
} Watch;

struct DiskWitness {
	Pool *pool; /* the witness itself and its watches */
	int fd;
	const char *config_dir;
	Watch *watches;
	size_t n_watches;
	Pool *seen_pool;
	const char **seen; /* files renamed into place, relative */
	size_t n_seen;
};

static const char *path_join(Pool *pool, const char *folder, const char *name)
{
	return *folder ? pool_printf(pool, "%s/%s", folder, name) : pool_strdup(pool, name);
}

static void file_note(DiskWitness *witness, const char *folder, const char *name)
{
	POOL_PUSH(witness->seen_pool, witness->seen, witness->n_seen,
		  path_join(witness->seen_pool, folder, name));
}

static bool item_is_folder(DIR *folder, const struct dirent *item)
{
	struct stat status;

	if (item->d_type != DT_UNKNOWN)
		return item->d_type == DT_DIR;
	return fstatat(dirfd(folder), item->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(status.st_mode);
}

/* Watches the folder and those in it. When slapd made it just now, its files were not seen coming:
 * they count as seen. */
static int folder_watch(DiskWitness *witness, const char *path, bool is_new, unsigned depth)
{
	AUTO(Pool) *scratch = pool_new();
	const char *full = pool_printf(scratch, "%s/%s", witness->config_dir, path);
	const int descriptor = inotify_add_watch(witness->fd, full, WATCH_MASK);
	DIR *folder = descriptor < 0 ? NULL : opendir(full);
	int result = 0;

	if (!folder)
		return -1;
	POOL_PUSH(witness->pool, witness->watches, witness->n_watches,
		  {.descriptor = descriptor, .path = pool_strdup(witness->pool, path)});
	for (struct dirent *item = readdir(folder); item && result == 0; item = readdir(folder)) {
		if (item->d_name[0] == '.')
			continue;
		if (item_is_folder(folder, item) && depth < MAX_DEPTH)
			result = folder_watch(witness, path_join(scratch, path, item->d_name),
					      is_new, depth + 1);
		else if (is_new)
			file_note(witness, path, item->d_name);
	}
	(void)closedir(folder);
	return result;
}

DiskWitness *witness_open(const char *config_dir)
{
	Pool *pool = pool_new();
	DiskWitness *witness = pool_alloc(pool, sizeof(*witness));

	*witness = (DiskWitness){
		.pool = pool,
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.config_dir = pool_strdup(pool, config_dir),
		.seen_pool = pool_new(),
	};
	if (witness->fd >= 0 && folder_watch(witness, "", false, 0) == 0)
		return witness;
	witness_close(witness);
	return NULL;
}

void witness_close(DiskWitness *witness)
{
	if (!witness)
		return;
	if (witness->fd >= 0)
		(void)close(witness->fd);
	pool_free(witness->seen_pool);
	pool_free(witness->pool);
}

static const char *watch_path(const DiskWitness *witness, int descriptor)
{
	for (size_t i = witness->n_watches; i-- > 0;)
		if (witness->watches[i].descriptor == descriptor)
			return witness->watches[i].path;
	return NULL;
}

static void event_take(DiskWitness *witness, const struct inotify_event *event)
{
	const char *folder = watch_path(witness, event->wd);

	if (!folder || event->len == 0)
		return;
	if (event->mask & IN_ISDIR)
		(void)folder_watch(witness, path_join(witness->pool, folder, event->name), true, 1);
	else if (event->mask & IN_MOVED_TO)
		file_note(witness, folder, event->name);
}

static void events_drain(DiskWitness *witness)
{
	_Alignas(struct inotify_event) char bytes[16384];
	ssize_t len;

	while ((len = read(witness->fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(bytes + at);

			event_take(witness, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
}

void witness_forget(DiskWitness *witness)
{
	if (!witness)
		return;
	events_drain(witness);
	pool_free(witness->seen_pool);
	witness->seen_pool = pool_new();
	witness->seen = NULL;
	witness->n_seen = 0;
}

bool witness_saw(DiskWitness *witness, const char *dn)
{
	events_drain(witness);
	for (size_t i = 0; i < witness->n_seen; i++)
		if (config_file_is_of(witness->seen[i], dn))
			return true;
	return false;
}

int config_dir_has_space(const char *config_dir, Error *err)
{
	struct statvfs status;
	unsigned long long free_kib;

	if (statvfs(config_dir, &status) < 0)
		return 0;
	free_kib = (unsigned long long)status.f_bavail * status.f_frsize / 1024;
	if (status.f_flag & ST_RDONLY)
		return error_set(err, ERROR_SYSTEM, EROFS,
				 "%s: the file system is read-only: slapd could not keep a change "
				 "over a restart; `mount -o remount,rw` it",
				 config_dir);
	if (free_kib < MIN_FREE_KIB)
		return error_set(err, ERROR_SYSTEM, ENOSPC,
				 "%s: %llu KiB are free, wanted %d: slapd could not keep a change "
				 "over a restart; make room",
				 config_dir, free_kib, MIN_FREE_KIB);
	/* A file system without a fixed number of inodes reports none at all. */
	if (status.f_files > 0 && status.f_favail < MIN_FREE_NODES)
		return error_set(err, ERROR_SYSTEM, ENOSPC,
				 "%s: %llu inodes are free, wanted %d: slapd could not keep a "
				 "change over a restart; remove some files",
				 config_dir, (unsigned long long)status.f_favail, MIN_FREE_NODES);
	return 0;
}
