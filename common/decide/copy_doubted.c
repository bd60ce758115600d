/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/copy_doubted.h"

#include "common/plan/plan_changes.h"

bool plan_doubts_copy(const Plan *plan, const char *suffix)
{
	return plan_hold_of(plan, suffix, GUARD_JOINING) ||
	       plan_hold_of(plan, suffix, GUARD_CONTENT);
}
