/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_H
#define SYNCWARD_GUARD_H

#include "common/draft/diff.h"
#include "common/plan/plan.h"

/* G8, for whoever writes to cn=config: true with the hold when cn=config itself is replicated. */
bool guard_config_hold(Pool *pool, const Live *live, const Machine *machine, Hold *ret);

/* The guards that look at the whole plan: G2, G3, G4, G7, G8, rid clashes. */
void guard_plan(Diff *diff);

/* Holds what must not be written without that which is held by now: called again whenever more was
 * held. */
void guard_what_follows(Diff *diff);

#endif
