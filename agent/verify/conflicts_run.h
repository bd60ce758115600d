/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFLICTS_RUN_H
#define SYNCWARD_CONFLICTS_RUN_H

#include "agent/look/look.h"
#include "agent/verify/compare_options.h"
#include "common/entries/conflicts.h"

typedef struct ConflictsOptions {
	CompareOptions asking; /* its directory, links, ldap_uri, suffix and lag_sec */
	const char *since;     /* generalized time; NULL: as far as the log reaches back */
	Budget budget;
} ConflictsOptions;

/*
 * Reads the log of changes of each database at this node, as root over ldapi:/// or with the
 * account of a link whose password its peer takes just now, and finds conflicts in it. Never fails:
 * what was not read says why. Everything lives in the pool; returns an array in it.
 */
DatabaseConflicts *conflicts_run(Pool *pool, const ConflictsOptions *options, const Wanted *wanted,
				 World *world, size_t *ret_n);

#endif
