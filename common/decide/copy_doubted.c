/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/copy_doubted.h"

#include "common/slapd/dn.h"

bool plan_doubts_copy(const Plan *plan, const char *suffix)
{
	for (size_t i = 0; i < plan->n_holds; i++) {
		const Hold *hold = &plan->holds[i];

		if ((hold->guard == GUARD_JOINING || hold->guard == GUARD_CONTENT) &&
		    hold->suffix && !hold->peer && dn_equal(hold->suffix, suffix))
			return true;
	}
	return false;
}
