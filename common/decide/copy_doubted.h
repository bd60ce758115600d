/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_DOUBTED_H
#define SYNCWARD_COPY_DOUBTED_H

#include "common/plan/plan.h"

/* True when the plan holds something because the copy of the database that is here is not complete
 * yet (it joins), or is perhaps another one (G10). What it holds of one link, for what that peer
 * shows, says nothing of the copy here. */
bool plan_doubts_copy(const PlanHolds *held, const char *suffix);

/* What a finding says of copies that have the same contextCSN. */
typedef enum CopyDoubt {
	COPY_NOT_DOUBTED,  /* first: it is about something else, or contextCSN shows it as well */
	COPIES_MAY_DIFFER, /* this one and those of peers; and */
	COPY_MAY_BE_WRONG, /* it is the one here, and a write to it could do harm */
} CopyDoubt;

/* code: of a finding; NULL: of none. */
CopyDoubt finding_doubts_copy(const char *code);

/* True when it lasts until somebody has looked, or the daemon has: no plan that is made later shows
 * it. */
bool finding_outlasts_plans(const char *code);

#endif
