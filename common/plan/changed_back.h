/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CHANGED_BACK_H
#define SYNCWARD_CHANGED_BACK_H

#include "common/base/sha256.h"
#include "common/plan/plan.h"

/* What the entry of a plan's first step was before the plan was written. */
typedef struct ChangedEntry {
	const char *dn;    /* NULL: the plan has no steps */
	bool would_change; /* the plan makes another one of it */
	bool is_added;     /* it is looked for beside its siblings: slapd numbers its name */
	char before[SHA256_HEX_SIZE]; /* derived from passwords: never leaves the process */
} ChangedEntry;

/* Notes it; dn lives in the pool. */
ChangedEntry changed_entry(Pool *pool, const Tree *config, const PlanSteps *order);

/* True when the entry is again what it was although slapd accepted the plan, which would have made
 * another one of it: somebody changed it back. */
bool is_changed_back(const ChangedEntry *entry, const Tree *now);

#endif
