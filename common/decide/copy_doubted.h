/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_DOUBTED_H
#define SYNCWARD_COPY_DOUBTED_H

#include "common/plan/plan.h"

/* True when the plan holds something because the copy of the database that is here is not complete
 * yet (it joins), or is perhaps another one (G10). What it holds of one link, for what that peer
 * shows, says nothing of the copy here. */
bool plan_doubts_copy(const PlanHolds *held, const char *suffix);

#endif
