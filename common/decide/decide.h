/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DECIDE_H
#define SYNCWARD_DECIDE_H

#include "common/draft/plan_input.h"
#include "common/plan/plan.h"

/* Compares, asks the guards, and orders the steps. Never fails: what cannot be decided is held. All
 * lives in the pool. */
void plan_make(Pool *pool, const PlanInput *input, Plan *ret);

#endif
