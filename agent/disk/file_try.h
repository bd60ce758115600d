/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FILE_TRY_H
#define SYNCWARD_FILE_TRY_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/slapd/slapd_process.h"

/* What another user may do with a file or folder. */
typedef struct FileTry {
	const char *path;
	int mode;  /* as access(2) takes it */
	int error; /* what came of it: 0, or why not (errno) */
} FileTry;

/* Tries each in a process that is that user, with all groups of theirs. False: it could not be
 * tried, and nothing is known. */
bool file_try_as_user(const SlapdUser *user, FileTry *tries, size_t n_tries);

/* The same as the owner of slapd.d (owner_find()); false also where this process is neither root
 * nor that owner.
 */
bool file_try_as_owner(const char *config_dir, FileTry *tries, size_t n_tries);

#endif
