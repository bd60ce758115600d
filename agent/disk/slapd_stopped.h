/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_STOPPED_H
#define SYNCWARD_SLAPD_STOPPED_H

#include <stdbool.h>

#include "agent/files/owner.h"
#include "agent/slapd/next_start.h"
#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/base/tree.h"
#include "common/copy/fence.h"

/* A slapd that does not answer, as its files describe it. They belong to slapd's user, and are
 * trusted as slapd trusts them. */
typedef struct SlapdStopped {
	Owner owner;         /* of slapd.d */
	const char *program; /* NULL: not known */
	bool runs;           /* the process that it noted is a slapd */
	const char
		*problem; /* why its files could not be read; NULL: these two are what they say */
	Entry global;     /* cn=config */
	Tree databases;   /* DNs relative to cn=config */
	bool has_next;
	NextStart next; /* how the system starts it */
} SlapdStopped;

/* Reads them, everything in the pool. config_dir: as agent.json says, NULL: see
 * slapd_place_stopped(). -1 when the folder is not known, or this process may not read it. */
int slapd_stopped_find(Pool *pool, const char *config_dir, const LastSeenAll *seen,
		       SlapdStopped *ret, Error *err);

/*
 * Tries the configuration with `slapd -Ttest -u`, which opens no database and leaves nothing behind
 * (back-mdb tries its folder with a file that it takes away again).
 * False: slapd refuses it, and the text says why; NULL: it was not tried, err says why.
 */
bool slapd_stopped_try(Pool *pool, const SlapdStopped *slapd, const char **ret_text, Error *err);

#endif
