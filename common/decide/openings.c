/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/openings.h"

#include <string.h>

#include "common/plan/plan_changes.h"

#define OPENINGS                                                             \
	(CHANGE_BIT(CHANGE_OVERLAY) | CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON) | \
	 CHANGE_BIT(CHANGE_READ_ONLY_OFF) | CHANGE_BIT(CHANGE_READERS_ON))

/* One modify of one value: what else the plan would change of that entry is not written. */
static void value_put(Pool *pool, Plan *openings, const Change *change, const char *value)
{
	const char **values = pool_alloc(pool, sizeof(*values));
	Mod *mod = pool_alloc(pool, sizeof(*mod));

	*values = value;
	*mod = (Mod){.kind = MOD_REPLACE,
		     .attribute = change->attribute,
		     .values = values,
		     .n_values = 1};
	POOL_PUSH(pool, openings->changes, openings->n_changes, *change);
	POOL_PUSH(pool, openings->order.steps, openings->order.n_steps,
		  {.kind = STEP_MODIFY,
		   .dn = change->dn,
		   .suffix = change->suffix,
		   .mods = mod,
		   .n_mods = 1});
}

/* As the plan adds it, with its settings. */
static void overlay_put(Pool *pool, const PlanSteps *order, const Change *change, Plan *openings)
{
	for (size_t i = 0; i < order->n_steps; i++)
		if (order->steps[i].kind == STEP_ADD_ENTRY &&
		    step_carries(&order->steps[i], change)) {
			POOL_PUSH(pool, openings->changes, openings->n_changes, *change);
			POOL_PUSH(pool, openings->order.steps, openings->order.n_steps,
				  order->steps[i]);
			return;
		}
}

/* Somebody else's wish, which waits for enforce: limits, or another reader who is to be shut out.
 */
static bool is_added(const Plan *plan, const Step *whole, const char *value)
{
	const unsigned kinds = CHANGE_BIT(CHANGE_LIMITS) | CHANGE_BIT(CHANGE_READERS_OFF);
	const Change *change;

	for (size_t at = 0; (change = change_next_carried(plan, whole, &at));)
		if (CHANGE_BIT(change->kind) & kinds && strcmp(change->new_value, value) == 0)
			return true;
	return false;
}

/* olcLimits is one list, and is written whole: as it is, without what shuts readers out. */
static Step readers_step(Pool *pool, const Plan *plan, const Step *whole)
{
	Step step = *whole;

	step.mods = pool_alloc(pool, whole->n_mods * sizeof(*step.mods));
	for (size_t i = 0; i < whole->n_mods; i++) {
		const Mod *mod = &whole->mods[i];
		Mod *own = &step.mods[i];

		*own = (Mod){.kind = mod->kind, .attribute = mod->attribute};
		for (size_t j = 0; j < mod->n_values; j++)
			if (mod->kind == MOD_DELETE || !is_added(plan, whole, mod->values[j]))
				POOL_PUSH(pool, own->values, own->n_values, mod->values[j]);
	}
	return step;
}

static void readers_put(Pool *pool, const Plan *plan, const Change *change, Plan *openings)
{
	const PlanSteps *order = &plan->order, *done = &openings->order;

	for (size_t i = 0; i < order->n_steps; i++) {
		if (order->steps[i].kind != STEP_MODIFY || !step_carries(&order->steps[i], change))
			continue;
		POOL_PUSH(pool, openings->changes, openings->n_changes, *change);
		if (done->n_steps == 0 || !step_carries(&done->steps[done->n_steps - 1], change))
			POOL_PUSH(pool, openings->order.steps, openings->order.n_steps,
				  readers_step(pool, plan, &order->steps[i]));
		return;
	}
}

bool plan_openings(Pool *pool, const Plan *plan, const Known *known, Plan *ret)
{
	Plan openings = {.wanted = plan->wanted};
	const Change *change;

	/* Of each database the overlay comes first: without it what clients write gets no
	 * contextCSN. */
	for (size_t at = 0; (change = change_next_free(plan, NULL, OPENINGS, &at));) {
		if (change->kind == CHANGE_READ_ONLY_OFF) {
			if (fence_is_closed(&known->fence, change->suffix))
				value_put(pool, &openings, change, "FALSE");
		} else if (change->kind == CHANGE_READERS_ON) {
			readers_put(pool, plan, change, &openings);
		} else if (change->is_put_back && change->kind == CHANGE_OVERLAY) {
			overlay_put(pool, &plan->order, change, &openings);
		} else if (change->is_put_back) {
			value_put(pool, &openings, change, "TRUE");
		}
	}
	*ret = openings;
	return openings.order.n_steps > 0;
}
