/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_NEXT_START_H
#define SYNCWARD_NEXT_START_H

#include <stdbool.h>

#include "common/base/pool.h"
#include "common/slapd/slapd_arguments.h"

/* How the system will start slapd the next time. */
typedef struct NextStart {
	const char *source;  /* the file that says so */
	const char *program; /* slapd's; NULL: not known */
	SlapdArguments arguments;
} NextStart;

/*
 * Reads it from the systemd unit that the running slapd (olcPidFile names it; may be NULL) belongs
 * to, with drop-ins and environment files, or from the file of the starter that the unit runs
 * (Debian's init script, slapd-cli of LTB). False when it is not known: slapd is no service, or
 * something in these files is not understood.
 */
bool next_start_find(Pool *pool, const char *pid_file, NextStart *ret);

/* The same where no slapd runs: from the one unit that has a name which packages give it and starts
 * that program (NULL: any). False as well when there are several. */
bool next_start_installed(Pool *pool, const char *program, NextStart *ret);

#endif
