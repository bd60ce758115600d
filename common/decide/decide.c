/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/decide.h"

#include <string.h>

#include "common/decide/compose_step.h"
#include "common/decide/delta_links.h"
#include "common/decide/diff.h"
#include "common/decide/guard_result.h"
#include "common/plan/plan_changes.h"

static void plan_decide(Pool *pool, const PlanInput *input, Plan *ret)
{
	PlanInput *now = pool_alloc(pool, sizeof(*now));
	Diff diff = {.pool = pool, .in = now};
	Plan plan = {0};

	*now = *input;
	now->wanted = delta_wanted(pool, input);
	plan.wanted = now->wanted;
	diff.plan = &plan;

	plan_databases_make(pool, &plan, input->live);
	diff_restart(&diff);
	if (input->wanted) {
		diff_server_id(&diff);
		diff_databases(&diff);
		diff_module(&diff);
		diff_unsaved(&diff);
	}
	guard_plan(&diff);
	if (input->wanted)
		delta_tell(&diff, input->wanted);
	do
		plan_compose(&diff);
	while (guard_result(&diff));
	if (input->wanted)
		diff_tls_refused(&diff);
	*ret = plan;
}

/* True when the plan makes that change, too. */
static bool goes_ahead(const Plan *plan, const Change *change)
{
	const Change *other;
	size_t at = 0;

	while ((other = change_next_at(plan, change->dn, &at)))
		if (!other->is_held && other->kind == change->kind &&
		    strcmp(other->subject, change->subject) == 0)
			return true;
	return false;
}

/* What a release lets pass is what would not be made without it. */
static void released_mark(Pool *pool, const PlanInput *input, Plan *plan)
{
	PlanInput without = *input;
	Change *change;
	size_t at = 0;
	Plan held;

	without.options.released = 0;
	plan_decide(pool, &without, &held);
	while ((change = change_next_free(plan, NULL, CHANGES_ALL, &at)))
		change->is_released = !goes_ahead(&held, change);
}

void plan_make(Pool *pool, const PlanInput *input, Plan *ret)
{
	plan_decide(pool, input, ret);
	if (input->options.released)
		released_mark(pool, input, ret);
}
