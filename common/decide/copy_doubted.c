/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/copy_doubted.h"

#include "common/plan/plan_changes.h"

bool plan_doubts_copy(const PlanHolds *held, const char *suffix)
{
	return plan_hold_of(held, suffix, GUARD_JOINING) ||
	       plan_hold_of(held, suffix, GUARD_CONTENT);
}
