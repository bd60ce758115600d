/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/mdb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/system/fd.h"

#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"

/* lmdb's format: a page header, then MDB_meta. */
#define META_MAGIC      0xBEEFC0DEu
#define META_FORMAT     1
#define PAGE_HEADER     16
#define FLAGS_META      0x08
#define FLAGS_AT        10
#define PAGE_SIZE_LEAST 256
#define PAGE_SIZE_MOST  65536

/* MDB_db, of which MDB_meta has two; the first one's first word is the page size. */
typedef struct MetaDb {
	uint32_t pad;
	uint16_t flags;
	uint16_t depth;
	size_t pages[3];
	size_t n_entries;
	size_t root;
} MetaDb;

typedef struct Meta {
	uint32_t magic;
	uint32_t version;
	void *address;
	size_t map_size;
	MetaDb dbs[2];
	size_t last_page;
	size_t txnid;
} Meta;

static bool meta_read(int fd, off_t at, Meta *ret)
{
	char bytes[PAGE_HEADER + sizeof(Meta)];
	uint16_t flags;

	if (pread(fd, bytes, sizeof(bytes), at) != (ssize_t)sizeof(bytes))
		return false;
	memcpy(&flags, bytes + FLAGS_AT, sizeof(flags));
	memcpy(ret, bytes + PAGE_HEADER, sizeof(*ret));
	return (flags & FLAGS_META) && ret->magic == META_MAGIC && ret->version == META_FORMAT;
}

static int txnid_read(int fd, const char *path, uint64_t *ret, Error *err)
{
	Meta first, second;

	if (!meta_read(fd, 0, &first) || first.dbs[0].pad < PAGE_SIZE_LEAST ||
	    first.dbs[0].pad > PAGE_SIZE_MOST || !meta_read(fd, first.dbs[0].pad, &second))
		return error_set(err, ERROR_SYSTEM, 0,
				 "%s is no database of lmdb that is known here", path);
	*ret = first.txnid > second.txnid ? first.txnid : second.txnid;
	return 0;
}

/* A process that has the database open holds a lock on the first byte (mdb_env_excl_lock()). */
static bool is_used(const char *folder)
{
	char path[4096];
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	(void)snprintf(path, sizeof(path), "%s/" LOCK_FILE, folder);
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static void identity_read(int fd, DatabaseFile *ret)
{
	struct statx status;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status) < 0)
		return;
	ret->inode = status.stx_ino;
	ret->written_sec = status.stx_mtime.tv_sec;
	if (status.stx_mask & STATX_BTIME)
		ret->birth_nsec =
			(uint64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
}

/* The folder belongs to slapd's user: nothing there may make us wait. */
int mdb_file_look(const char *folder, DatabaseFile *ret, Error *err)
{
	char path[4096];
	DatabaseFile file = {0};
	struct stat status;

	(void)snprintf(path, sizeof(path), "%s/" DATA_FILE, folder);
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT) {
		*ret = file;
		return 0;
	}
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return error_set(err, ERROR_SYSTEM, 0, "%s is no file", path);
	if (status.st_size > 0) {
		if (txnid_read(fd, path, &file.txnid, err) < 0)
			return -1;
		identity_read(fd, &file);
		file.is_there = true;
		file.is_used = is_used(folder);
	}
	*ret = file;
	return 0;
}
