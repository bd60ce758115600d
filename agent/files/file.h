/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FILE_H
#define SYNCWARD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/pool.h"

/* Identifies a file and its last change: with equal identities nobody touched it (saved plans). */
typedef struct FileIdentity {
	uint64_t device;
	uint64_t inode;
	uint64_t size_bytes;
	int64_t mtime_nsec;
} FileIdentity;

/* What a file must be before its bytes are believed. */
typedef struct FileCheck {
	size_t max_bytes;
	bool is_secret;           /* nobody but root may read it */
	const char *missing_hint; /* what to do when there is no such file; may be NULL */
} FileCheck;

typedef struct FileContent {
	char *bytes; /* len bytes and a NUL */
	size_t len;
	FileIdentity identity;
	bool is_private; /* nobody but root can read it: it may hold a password */
} FileContent;

/*
 * Opens, checks the open file, then reads it whole into the pool: a regular file (no symbolic
 * link: the agent watches the folder of the name it was given), owned by root (or by whom the
 * program runs as), not writable by group or others, a secret not readable by them either (by
 * group root it is). ERROR_INPUT for a file that a person must mend, with the command that does;
 * ERROR_DENIED when the kernel refuses us.
 */
int file_read_checked(Pool *pool, const char *path, const FileCheck *check, FileContent *ret,
		      Error *err);

/* The identity as text for state and saved plans. Without the size: that is the length of a
 * password. */
const char *file_identity_text(Pool *pool, const FileIdentity *identity);

/* The identity of the file with that name now; all 0 where there is none. */
FileIdentity file_identity_of(const char *path);

bool file_identity_equal(const FileIdentity *one, const FileIdentity *other);

/* What is there by the mode of its inode, for people: "a regular file", "a FIFO", ... */
const char *file_kind_name(mode_t mode);

#endif
