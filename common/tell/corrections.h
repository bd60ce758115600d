/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CORRECTIONS_H
#define SYNCWARD_CORRECTIONS_H

#include "common/pass/applied.h"
#include "common/tell/told_plan.h"

/* What is told about the writes of one round: before them, and after. */

/* attributions are those of the plan's changes. Everything lives in the pool. */
EventList corrections_intended(Pool *pool, const Plan *plan, const Attribution *attributions);

/* err is NULL when nothing stopped the round. */
EventList corrections_done(Pool *pool, const Plan *plan, const Attribution *attributions,
			   const Applied *applied, const Error *err);

/* Sets how long they took. */
void corrections_took(EventList *events, int64_t duration_usec);

#endif
