/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/disk_witness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "common/base/pool.h"
#include "common/remedies/remedies.h"
#include "common/slapd/config_file.h"

#define MIN_FREE_KIB   1024
#define MIN_FREE_NODES 16

struct DiskWitness {
	TreeWatch *watch;
	TreeFound *owner; /* of a borrowed watch; NULL: it is ours */
	void *owner_userdata;
	Pool *pool;        /* of what was seen */
	const char **seen; /* files renamed into place, relative */
	size_t n_seen;
};

DiskWitness *witness_open(const char *config_dir)
{
	TreeWatch *watch = tree_watch_open(config_dir);
	DiskWitness *witness = watch ? calloc(1, sizeof(*witness)) : NULL;

	if (!witness) {
		tree_watch_close(watch);
		return NULL;
	}
	*witness = (DiskWitness){.watch = watch, .pool = pool_new()};
	return witness;
}

DiskWitness *witness_borrow(TreeWatch *watch, TreeFound *found, void *userdata)
{
	DiskWitness *witness = calloc(1, sizeof(*witness));

	if (witness)
		*witness = (DiskWitness){
			.watch = watch,
			.owner = found,
			.owner_userdata = userdata,
			.pool = pool_new(),
		};
	return witness;
}

void witness_close(DiskWitness *witness)
{
	if (!witness)
		return;
	if (!witness->owner)
		tree_watch_close(witness->watch);
	pool_free(witness->pool);
	free(witness);
}

static void file_note(void *userdata, const char *file, TreeEvent event)
{
	DiskWitness *witness = userdata;

	if (witness->owner)
		witness->owner(witness->owner_userdata, file, event);
	if (event == TREE_RENAMED)
		POOL_PUSH(witness->pool, witness->seen, witness->n_seen,
			  pool_strdup(witness->pool, file));
}

void witness_forget(DiskWitness *witness)
{
	if (!witness)
		return;
	(void)tree_watch_drain(witness->watch, file_note, witness);
	pool_free(witness->pool);
	witness->pool = pool_new();
	witness->seen = NULL;
	witness->n_seen = 0;
}

bool witness_saw(DiskWitness *witness, const char *dn)
{
	if (!witness)
		return false;
	(void)tree_watch_drain(witness->watch, file_note, witness);
	for (size_t i = 0; i < witness->n_seen; i++)
		if (config_file_is_of(witness->seen[i], dn))
			return true;
	return false;
}

/* True when the line of mountinfo(5) is of a file system that is read-only for all. */
static bool line_is_read_only(const char *line)
{
	const char *rest = strstr(line, " - ");
	char option[4] = "";

	/* After the dash: type, source, options of the file system. */
	return rest && sscanf(rest, " - %*s %*s %3[^,\n]", option) == 1 &&
	       strcmp(option, "ro") == 0;
}

/* statvfs(3) cannot show it: with ProtectSystem= our mounts are read-only, and slapd's are not. */
static bool file_system_is_read_only(const char *path)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	struct stat status;
	bool found = false;

	if (stat(path, &status) < 0)
		status.st_dev = 0;
	while (file && !found && getline(&line, &size, file) > 0) {
		unsigned int major_number, minor_number;

		found = sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) == 2 &&
			makedev(major_number, minor_number) == status.st_dev &&
			line_is_read_only(line);
	}
	free(line);
	if (file)
		(void)fclose(file);
	return found;
}

int config_dir_has_space(const char *config_dir, Error *err)
{
	struct statvfs status;
	unsigned long long free_kib;

	if (statvfs(config_dir, &status) < 0)
		return 0;
	free_kib = (unsigned long long)status.f_bavail * status.f_frsize / 1024;
	if ((status.f_flag & ST_RDONLY) && file_system_is_read_only(config_dir))
		return error_set(err, ERROR_SYSTEM, EROFS,
				 "%s: the file system is read-only: slapd could not keep a change "
				 "over a restart; %s",
				 config_dir, remedy_text(REMEDY_DISK_SOUND));
	if (free_kib < MIN_FREE_KIB)
		return error_set(err, ERROR_SYSTEM, ENOSPC,
				 "%s: %llu KiB are free, wanted %d: slapd could not keep a change "
				 "over a restart; %s",
				 config_dir, free_kib, MIN_FREE_KIB, remedy_text(REMEDY_MAKE_ROOM));
	/* A file system without a fixed number of inodes reports none at all. */
	if (status.f_files > 0 && status.f_favail < MIN_FREE_NODES)
		return error_set(err, ERROR_SYSTEM, ENOSPC,
				 "%s: %llu inodes are free, wanted %d: slapd could not keep a "
				 "change over a restart; %s",
				 config_dir, (unsigned long long)status.f_favail, MIN_FREE_NODES,
				 remedy_text(REMEDY_MAKE_ROOM));
	return 0;
}
