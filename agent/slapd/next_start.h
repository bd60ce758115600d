/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_NEXT_START_H
#define SYNCWARD_NEXT_START_H

#include <stdbool.h>

#include "common/base/pool.h"
#include "common/slapd/slapd_arguments.h"

/* How the system will start slapd the next time. */
typedef struct NextStart {
	const char *source; /* the file that says so */
	SlapdArguments arguments;
} NextStart;

/*
 * Reads it from the systemd unit that the running slapd (olcPidFile names it; may be NULL) belongs
 * to, with drop-ins and environment files, or from /etc/default/slapd where the unit is Debian's
 * /etc/init.d/slapd. False when it is not known: slapd is no service, or something in these files
 * is not understood.
 */
bool next_start_find(Pool *pool, const char *pid_file, NextStart *ret);

/* The same where no slapd runs: from the first unit that has a name which packages give it. */
bool next_start_installed(Pool *pool, NextStart *ret);

#endif
