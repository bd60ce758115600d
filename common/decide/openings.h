/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OPENINGS_H
#define SYNCWARD_OPENINGS_H

#include "common/memory/memory.h"
#include "common/plan/plan.h"

/*
 * The part of the plan that is written with policy.mode "audit" as well: where the fence closed a
 * database, or took from a relay what makes it a provider, nobody else asked for that, and it ends
 * when nothing holds it. False: there is no such part. The rest of the plan is not in ret; all
 * lives in the pool.
 */
bool plan_openings(Pool *pool, const Plan *plan, const Known *known, Plan *ret);

#endif
