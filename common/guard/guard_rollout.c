/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_rollout.h"

#include "common/memory/rollout.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

static Hold rollout_hold(const char *text)
{
	return (Hold){
		.guard = GUARD_ROLLOUT,
		.text = text,
		.release = remedy_text(REMEDY_RELEASE_ROLLOUT),
	};
}

void guard_rollout(Diff *diff)
{
	const PlanOptions *options = &diff->in->options;
	Hold hold;

	if (!options->rollout || diff_is_released(diff, GUARD_ROLLOUT))
		return;
	hold = rollout_hold(options->rollout);
	plan_add_hold(diff->pool, diff->plan, hold);
	diff->plan->held.is_revision_held = !options->goes_on;
	if (!options->goes_on)
		plan_hold_kinds(diff->pool, diff->plan, NULL, CHANGES_ALL, hold);
}

void guard_rollout_removals(Diff *diff)
{
	const RolloutFile file = {
		.desired = diff->in->desired,
		.sha256 = diff->in->options.sha256,
		.self = diff->in->wanted->self->id,
	};
	const char *text = rollout_removal_text(diff->pool, &file, &diff->in->known->latest);

	if (text && !diff_is_released(diff, GUARD_ROLLOUT))
		plan_hold_kinds(diff->pool, diff->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_REMOVE),
				rollout_hold(text));
}
