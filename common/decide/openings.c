/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/openings.h"

static const char *no[] = {"FALSE"};

static bool is_opening(const Change *change, const Known *known)
{
	return change->kind == CHANGE_READ_ONLY_OFF && !change->is_held &&
	       fence_is_closed(&known->fence, change->suffix);
}

bool plan_openings(Pool *pool, const Plan *plan, const Known *known, Plan *ret)
{
	Plan openings = {.wanted = plan->wanted};

	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];
		Mod *mod;

		if (!is_opening(change, known))
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
