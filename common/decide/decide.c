/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/decide.h"

#include <string.h>

#include "common/decide/diff.h"
#include "common/decide/guard_result.h"

static void plan_decide(Pool *pool, const PlanInput *input, Plan *ret)
{
	Plan plan = {.wanted = input->wanted};
	Diff diff = {.pool = pool, .in = input, .plan = &plan};

	diff_restart(&diff);
	if (input->wanted) {
		diff_server_id(&diff);
		diff_databases(&diff);
		diff_module(&diff);
		diff_unsaved(&diff);
	}
	guard_plan(&diff);
	do
		plan_compose(&diff);
	while (guard_result(&diff));
	if (input->wanted)
		diff_tls_refused(&diff);
	*ret = plan;
}

static const Change *same_change(const Plan *plan, const Change *change)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].kind == change->kind &&
		    strcmp(plan->changes[i].dn, change->dn) == 0 &&
		    strcmp(plan->changes[i].subject, change->subject) == 0)
			return &plan->changes[i];
	return NULL;
}

/* What a release lets pass is what would be held without it. */
static void released_mark(Pool *pool, const PlanInput *input, Plan *plan)
{
	PlanInput without = *input;
	Plan held;

	without.options.released = 0;
	plan_decide(pool, &without, &held);
	for (size_t i = 0; i < plan->n_changes; i++) {
		Change *change = &plan->changes[i];
		const Change *other = same_change(&held, change);

		change->is_released = !change->is_held && (!other || other->is_held);
	}
}

void plan_make(Pool *pool, const PlanInput *input, Plan *ret)
{
	plan_decide(pool, input, ret);
	if (input->options.released)
		released_mark(pool, input, ret);
}
