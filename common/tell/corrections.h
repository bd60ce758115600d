/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CORRECTIONS_H
#define SYNCWARD_CORRECTIONS_H

#include "common/remember/applied.h"
#include "common/tell/told_plan.h"

/* What is reported about the writes of one round, before and after them. */

/* attributions are those of the plan's changes. Everything lives in the pool. */
EventList corrections_intended(Pool *pool, const Plan *plan, const Attribution *attributions);

/* err is NULL when nothing stopped the round. */
EventList corrections_done(Pool *pool, const Plan *plan, const Attribution *attributions,
			   const Applied *applied, const Error *err);

/* Adds what the round did to entries, because it must be known later who changed them: what slapd
 * accepted, and what it was sent and did not answer. err is NULL when nothing stopped the round. */
void corrections_written(Pool *pool, const Plan *plan, const Attribution *attributions,
			 const Applied *applied, const Error *err, WrittenEntries *written);

/* The same from what is reported about a heal, which is more than one write: if it failed, some of
 * them may have been done. */
void heal_written(Pool *pool, const EventList *events, WrittenEntries *written);

/* Sets how long they took. */
void corrections_took(EventList *events, int64_t duration_usec);

#endif
