/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OPENINGS_H
#define SYNCWARD_OPENINGS_H

#include "common/memory/memory.h"
#include "common/plan/plan.h"

/*
 * What of the plan is written with policy.mode "audit" as well: the fence closed a database, or
 * took what makes a relay a provider, which nobody else asked for, and that ends when nothing holds
 * it. False: there is nothing of it. The rest of the plan is not in ret; all lives in the pool.
 */
bool plan_openings(Pool *pool, const Plan *plan, const Known *known, Plan *ret);

#endif
