/* SPDX-License-Identifier: Apache-2.0 */
#include "common/compose/compose_step.h"

Mod *mod_add(Pool *pool, Step *step, ModKind kind, const char *attribute)
{
	POOL_PUSH(pool, step->mods, step->n_mods, {.kind = kind, .attribute = attribute});
	return &step->mods[step->n_mods - 1];
}

void mod_value(Pool *pool, Mod *mod, const char *value)
{
	POOL_PUSH(pool, mod->values, mod->n_values, value);
}

void mod_one(Pool *pool, Step *step, ModKind kind, const char *attribute, const char *value)
{
	mod_value(pool, mod_add(pool, step, kind, attribute), value);
}

void step_push(const Compose *compose, Step step)
{
	if (step.n_mods > 0 || step.kind == STEP_DELETE_ENTRY || step.kind == STEP_COUNT)
		POOL_PUSH(compose->diff->pool, compose->plan->order.steps,
			  compose->plan->order.n_steps, step);
}
