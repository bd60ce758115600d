/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_PLACE_H
#define SYNCWARD_SLAPD_PLACE_H

#include <stdbool.h>

#include "agent/slapd/next_start.h"
#include "common/base/pool.h"
#include "common/copy/fence.h"

/* Where this machine's slapd is. What it was started with goes before what its unit says, that
 * before where packages put it (common/slapd/layouts.h), and olcConfigDir comes last: slapd reads
 * it from nowhere, and templates leave another machine's in it. */

/* What cn=config says of itself; each may be NULL. */
typedef struct ConfigPlaces {
	const char *pid_file;
	const char *args_file;
	const char *config_dir;
} ConfigPlaces;

/* slapd.d of the slapd that runs; NULL: not known, or it has none. */
const char *slapd_config_dir(Pool *pool, const ConfigPlaces *places);

/* A slapd that does not run or answer. */
typedef struct SlapdPlace {
	const char *config_dir; /* NULL: not known */
	const char *program;    /* NULL: not known, or others than root could change it */
	bool has_next;
	NextStart next; /* how the system starts it */
} SlapdPlace;

/* config_dir: as agent.json says, NULL: it says nothing. Everything in the pool. */
SlapdPlace slapd_place_stopped(Pool *pool, const char *config_dir, const LastSeenAll *seen);

#endif
