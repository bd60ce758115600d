/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/openings.h"

#include "common/plan/plan_changes.h"

static const char *no[] = {"FALSE"};

bool plan_openings(Pool *pool, const Plan *plan, const Known *known, Plan *ret)
{
	Plan openings = {.wanted = plan->wanted};
	const Change *change;

	for (size_t at = 0;
	     (change = change_next_free(plan, NULL, CHANGE_BIT(CHANGE_READ_ONLY_OFF), &at));) {
		Mod *mod;

		if (!fence_is_closed(&known->fence, change->suffix))
			continue;
		mod = pool_alloc(pool, sizeof(*mod));
		*mod = (Mod){.kind = MOD_REPLACE,
			     .attribute = change->attribute,
			     .values = no,
			     .n_values = 1};
		POOL_PUSH(pool, openings.changes, openings.n_changes, *change);
		POOL_PUSH(pool, openings.steps, openings.n_steps,
			  {.kind = STEP_MODIFY,
			   .dn = change->dn,
			   .suffix = change->suffix,
			   .mods = mod,
			   .n_mods = 1});
	}
	*ret = openings;
	return openings.n_steps > 0;
}
