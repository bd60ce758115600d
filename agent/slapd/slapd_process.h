/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_PROCESS_H
#define SYNCWARD_SLAPD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/pool.h"
#include "common/slapd/slapd_arguments.h"

/*
 * The -h strings of the running slapd: from the command line of the process that olcPidFile names,
 * else from olcArgsFile. Both paths may be NULL. None when neither can be read: then unknown.
 */
SlapdArguments slapd_arguments_find(Pool *pool, const char *pid_file, const char *args_file);

/* The program of the running slapd that olcPidFile (may be NULL) names; NULL: unknown, or not as a
 * whole path. */
const char *slapd_program_find(Pool *pool, const char *pid_file);

/* The one that packages put there; NULL: none is, or several are. */
const char *slapd_program_installed(Pool *pool);

/* Those that packages put there, each once. */
const char **slapd_programs_installed(Pool *pool, size_t *ret_n);

/* The system service that the process which olcPidFile (may be NULL) names belongs to; NULL: none,
 * or unknown. */
const char *slapd_unit_find(Pool *pool, const char *pid_file);

/* The SELinux context of the process that olcPidFile (may be NULL) names; NULL: none, or unknown.
 */
const char *slapd_context_find(Pool *pool, const char *pid_file);

/* What a small file of the system holds; NULL when it cannot be read. Whose it is does not matter
 * to the caller. */
const char *text_read(Pool *pool, const char *path);

/* As whom slapd reads files. */
typedef struct SlapdUser {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t n_groups;
} SlapdUser;

/* The user of the process that olcPidFile (may be NULL) names; false when unknown. */
bool slapd_user_find(Pool *pool, const char *pid_file, SlapdUser *ret);

#endif
