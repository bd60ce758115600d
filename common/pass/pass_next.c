/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/pass_next.h"

#include "common/decide/openings.h"
#include "common/linking/guard_link.h"
#include "common/pass/pass_ends.h"
#include "common/pass/pass_rounds.h"
#include "common/remember/memory_after.h"

static void notice(const Pass *pass, const char *text)
{
	POOL_PUSH(pass->pool, pass->report->notices, pass->report->n_notices, text);
}

static void tell_interrupted(const Pass *pass)
{
	const PassInput *input = &pass->input;

	for (size_t i = 0; i < input->n_notices; i++)
		notice(pass, input->notices[i]);
	if (input->intent)
		notice(pass, pool_printf(pass->pool,
					 "an earlier apply did not end; what it set out to do: %s",
					 input->intent));
}

void pass_begin(Pass *pass, Pool *pool, const PassInput *input, const Known *known, Report *report)
{
	*report = (Report){0};
	*pass = (Pass){.pool = pool,
		       .input = *input,
		       .report = report,
		       .known = *known,
		       .has_intent = input->may_write && input->intent};
	pass->input.plan.live = &pass->now.world.live;
	pass->input.plan.facts = &pass->now.world.facts;
	pass->input.plan.known = &pass->known;
	tell_interrupted(pass);
}

/* --- the first plan --- */

static bool waits_for_enforce(const Pass *pass)
{
	return pass->input.plan.desired->policy.mode == POLICY_AUDIT;
}

bool pass_writes(const Pass *pass)
{
	return pass->input.may_write && !pass->input.is_paused && !waits_for_enforce(pass);
}

/* Our own closing is ended: it was no wish of anybody's. */
static PassAction open_in_audit(Pass *pass)
{
	Plan openings;

	if (pass->input.has_saved ||
	    !plan_openings(pass->pools.look, &pass->now.plan, &pass->known, &openings))
		return pass_end(pass, NULL);
	pass->now.plan = openings;
	return pass_round_only(pass);
}

static PassAction agreed(Pass *pass)
{
	Report *report = pass->report;

	report->first.world = pass->now.world;
	report->first.plan = pass->now.plan;
	report->has_plan = true;
	/* What is held no more when a part is written is not what a person named. */
	pass->input.plan.options.consent.released &=
		~(pass->now.plan.held.unreleased | pass->now.plan.held.stale);
	pass->input.plan.options.consent.tokens = NULL;
	if (!pass->input.may_write)
		return pass_end(pass, NULL);
	guard_links_note(pass->pool, &pass->now.world.live, &pass->known.peers);
	report->is_audit = waits_for_enforce(pass);
	report->is_paused = pass->input.is_paused;
	if (report->is_paused)
		return pass_end(pass, NULL);
	if (report->is_audit)
		return open_in_audit(pass);
	memory_rejoining(pass->input.plan.options.consent.released, &pass->known.leave);
	memory_rollout(&pass->input.plan.options, &pass->known.latest);
	memory_held(pass->pool, &pass->now.plan, &pass->now.world.facts, &pass->known);
	memory_hiding(pass->pool, &pass->input.plan, &pass->now.plan, &pass->known.peers);
	return pass_keep(pass, PASS_KEPT_BEFORE);
}

static PassAction planned(Pass *pass)
{
	if (pass->has_begun)
		return pass_planned_again(pass);
	pass->has_begun = true;
	if (!pass->input.has_saved)
		return agreed(pass);
	pass->phase = PASS_CHECKED;
	return (PassAction){.want = PASS_CHECK, .plan = &pass->now.plan};
}

/* --- answers --- */

/* What peers refused is kept also where nothing is written: plans ask peers as well. Without a
 * place to remember it the next one tries it once more: no reason to fail. */
static PassAction looked(Pass *pass, const PassAnswer *answer)
{
	PassAction keep;

	if (answer->has_failed) {
		pass->report->has_plan &= !pass->input.forgets_first;
		return pass_end(pass, &answer->error);
	}
	if (probe_refusals_equal(&pass->now.world.refusals, &pass->known.peers.refusals))
		return planned(pass);
	memory_refusals(pass->pool, &pass->now.world.refusals, &pass->known.peers);
	keep = pass_keep(pass, PASS_KEPT_REFUSED);
	keep.is_not_needed = true;
	return keep;
}

PassAction pass_next(Pass *pass, const PassAnswer *answer)
{
	switch (pass->phase) {
	case PASS_BEGINS:
	case PASS_WAITED:
		return pass_look(pass, false);
	case PASS_LOOKS:
		return looked(pass, answer);
	case PASS_KEPT_REFUSED:
		return planned(pass);
	case PASS_CHECKED:
		return answer->has_failed ? pass_end(pass, &answer->error) : agreed(pass);
	case PASS_KEPT_BEFORE:
		return answer->has_failed ? pass_state_failed(pass, &answer->error)
					  : pass_rounds_begin(pass);
	case PASS_INTENDED:
		return pass_intended(pass, answer);
	case PASS_KEPT_INTENT:
		return pass_kept_intent(pass, answer);
	case PASS_KEPT_INDEXED:
		return pass_kept_indexed(pass, answer);
	case PASS_SETS_OUT:
		return pass_set_out(pass, answer);
	case PASS_STEPS:
		return pass_stepped(pass, answer);
	case PASS_TOLD:
		return pass_told(pass);
	case PASS_KEPT_APPLIED:
		return pass_kept_applied(pass, answer);
	case PASS_KEPT_LAST:
		return pass_kept_last(pass, answer);
	case PASS_ENDS_INTENT:
		return pass_ended_intent(pass, answer);
	default:
		return (PassAction){.want = PASS_OVER};
	}
}
