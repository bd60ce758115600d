/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/pass_rounds.h"

#include <string.h>

#include "common/pass/pass_ends.h"
#include "common/plan/render.h"
#include "common/remedies/remedies.h"
#include "common/remember/memory_after.h"

/* A conflict, the second phase of joining or an overlay healed on a full disk each take one more
 * round. */
#define MAX_ROUNDS 6
/* slapd starts a new consumer when its main loop next wakes: up to this long after the write. */
#define RUNNING_PATIENCE_MSEC 4000
#define RUNNING_AGAIN_MSEC    50

/* --- which round follows --- */

/* What the steps would do, in a form that distinguishes two plans. Derived from passwords. */
static void steps_digest(const Plan *plan, char *ret)
{
	AUTO(Pool) *pool = pool_new();
	const char *text = render_ldif(pool, plan, (RenderStyle){.shows_secrets = true});

	sha256_hex(text, strlen(text), ret);
}

static bool same_steps(const Plan *plan, const char *digest)
{
	char now[SHA256_HEX_SIZE];

	steps_digest(plan, now);
	return strcmp(now, digest) == 0;
}

static PassAction intend(Pass *pass)
{
	steps_digest(&pass->now.plan, pass->turn.digest);
	pass->phase = PASS_INTENDED;
	return (PassAction){
		.want = PASS_INTEND, .plan = &pass->now.plan, .digest = pass->turn.digest};
}

/* All that could be written is, or is left for later. */
static PassAction rounds_done(Pass *pass)
{
	const PlanInput *input = &pass->input.plan;

	if (!pass->is_opening) {
		memory_in_step(pass->pool, input, &pass->now.plan, &pass->known);
		memory_machine(&input->facts->machine, input->wanted ? input->wanted->self->id : 0,
			       input->options.consent.released, &pass->known.self);
	}
	return pass_end(pass, NULL);
}

static PassAction verify_failed(Pass *pass)
{
	Error err;

	(void)error_set(
		&err, ERROR_REFUSED, 0,
		"slapd accepted the changes, but the same are needed again: %s; something changes "
		"them back, or slapd keeps them in another form. See `%s`",
		step_title(pass->pool, &pass->now.plan.order.steps[0]), remedy_text(REMEDY_PLAN));
	return pass_end(pass, &err);
}

/* Drift like any other, which the next pass sees, reports and corrects; it is no fault of slapd's.
 */
static PassAction changed_back(Pass *pass)
{
	const Entry *entry = live_entry(&pass->now.world.live, pass->turn.changed.dn);
	const char *who = entry ? entry_first(entry, "modifiersName") : NULL;
	const char *when = entry ? entry_first(entry, "modifyTimestamp") : NULL;
	Error err;

	(void)error_set(&err, ERROR_CONFLICT, 0,
			"slapd accepted the changes, and before they were verified somebody "
			"changed them back%s%s%s%s: %s. See `%s`",
			who ? ": the entry was last written by " : "", who ? who : "",
			who && when ? " at " : "", who && when ? when : "",
			step_title(pass->pool, &pass->now.plan.order.steps[0]),
			remedy_text(REMEDY_PLAN));
	return pass_end(pass, &err);
}

static PassAction needed_again(Pass *pass)
{
	if (is_changed_back(&pass->turn.changed, &pass->now.world.config))
		return changed_back(pass);
	return pass->report->n_failures > 0 ? rounds_done(pass) : verify_failed(pass);
}

static PassAction rounds_over(Pass *pass)
{
	if (plan_is_empty(&pass->now.plan) || pass->report->n_failures > 0)
		return rounds_done(pass);
	return pass->turn.was_conflict ? pass_end(pass, &pass->turn.conflict) : verify_failed(pass);
}

static PassAction round_begin(Pass *pass)
{
	if (pass->turn.number == pass->n_rounds || plan_is_empty(&pass->now.plan))
		return rounds_over(pass);
	pass->turn.was_conflict = false;
	pass->turn.changed =
		changed_entry(pass->pool, &pass->now.world.config, &pass->now.plan.order);
	return intend(pass);
}

PassAction pass_rounds_begin(Pass *pass)
{
	pass->turn.number = 0;
	/* Each database with entries gets its index in a round of its own. */
	pass->n_rounds = MAX_ROUNDS;
	if (pass->now.plan.wanted)
		pass->n_rounds += (unsigned)pass->now.plan.wanted->n_databases;
	return round_begin(pass);
}

PassAction pass_round_only(Pass *pass)
{
	pass->is_opening = true;
	return intend(pass);
}

/* --- one round --- */

/* Another writer was quicker: what it wrote is read, and planned with. */
static PassAction write_failed(Pass *pass, const Error *err)
{
	if (pass->is_opening || err->class != ERROR_CONFLICT)
		return pass_end(pass, err);
	pass->turn.was_conflict = true;
	pass->turn.conflict = *err;
	pass->turn.waited_msec = 0;
	return pass_look(pass, true);
}

PassAction pass_intended(Pass *pass, const PassAnswer *answer)
{
	pass->report->is_postponed = answer->is_later;
	if (answer->has_failed)
		return write_failed(pass, &answer->error);
	if (answer->is_later && pass->is_opening) {
		pass->turn.waited_msec = 0;
		return pass_look(pass, true);
	}
	if (answer->is_later)
		return rounds_done(pass);
	pass->has_intent = true; /* it may be there also when writing it failed */
	pass->phase = PASS_KEPT_INTENT;
	return (PassAction){.want = PASS_KEEP,
			    .intent = render_intent(pass->pool, &pass->now.plan.order)};
}

PassAction pass_kept_intent(Pass *pass, const PassAnswer *answer)
{
	Error err = answer->error;

	if (answer->has_failed) {
		(void)error_prefix(&err, "nothing is written before its intent is on disk");
		return pass_state_failed(pass, &err);
	}
	memory_indexing(&pass->now.plan.order, pass->now.world.facts.now_sec, &pass->known.server);
	memory_closing(pass->pool, &pass->now.plan, &pass->known);
	return pass_keep(pass, PASS_KEPT_INDEXED);
}

PassAction pass_kept_indexed(Pass *pass, const PassAnswer *answer)
{
	if (answer->has_failed)
		return pass_state_failed(pass, &answer->error);
	pass->phase = PASS_SETS_OUT;
	pass->is_stale = true;
	return (PassAction){.want = PASS_SET_OUT, .plan = &pass->now.plan};
}

PassAction pass_set_out(Pass *pass, const PassAnswer *answer)
{
	if (answer->has_failed)
		return write_failed(pass, &answer->error);
	pass->steps = pass_steps_begin(pass->pools.look, &pass->now.plan, &pass->now.world.live,
				       pass->now.world.has_monitor);
	pass->phase = PASS_STEPS;
	return pass_stepped(pass, answer);
}

PassAction pass_stepped(Pass *pass, const PassAnswer *answer)
{
	const PassAction action = pass_steps_next(&pass->steps, answer);

	if (action.want != PASS_OVER)
		return action;
	pass->phase = PASS_TOLD;
	return (PassAction){.want = PASS_WROTE,
			    .plan = &pass->now.plan,
			    .applied = &pass->steps.applied,
			    .error = pass->steps.has_failed ? &pass->steps.error : NULL};
}

PassAction pass_told(Pass *pass)
{
	const Applied *applied = &pass->steps.applied;

	pass->report->n_done += applied->n_done;
	for (size_t i = 0; i < applied->n_failures; i++)
		report_failure_note(pass->pool, pass->report, applied->failures[i]);
	memory_applied(pass->pool, applied, pass->now.world.live.start_time, &pass->known.server);
	memory_closed(pass->pool, applied, &pass->known);
	return pass_keep(pass, PASS_KEPT_APPLIED);
}

PassAction pass_kept_applied(Pass *pass, const PassAnswer *answer)
{
	if (answer->has_failed)
		report_state_note(pass->report, &answer->error);
	if (pass->steps.has_failed)
		return write_failed(pass, &pass->steps.error);
	pass->turn.waited_msec = 0;
	return pass_look(pass, true);
}

/* --- after it --- */

static bool only_waits_for_consumers(const Plan *plan)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held && plan->changes[i].kind != CHANGE_CONSUMERS_RESTART)
			return false;
	return !plan_is_empty(plan);
}

static bool waits_for_index(const Pass *pass)
{
	for (size_t i = 0; pass->now.world.live.builds_index && i < pass->now.plan.held.n_holds;
	     i++)
		if (pass->now.plan.held.holds[i].guard == GUARD_INDEXING)
			return true;
	return false;
}

/* New consumers get the time they need to appear in cn=monitor before they are called scrambled,
 * and slapd the moment that an index over few entries takes. */
PassAction pass_planned_again(Pass *pass)
{
	if ((only_waits_for_consumers(&pass->now.plan) || waits_for_index(pass)) &&
	    pass->turn.waited_msec < RUNNING_PATIENCE_MSEC) {
		pass->turn.waited_msec += RUNNING_AGAIN_MSEC;
		pass->phase = PASS_WAITED;
		return (PassAction){.want = PASS_WAIT, .wait_msec = RUNNING_AGAIN_MSEC};
	}
	if (pass->is_opening)
		return rounds_done(pass);
	if (!pass->turn.was_conflict && same_steps(&pass->now.plan, pass->turn.digest))
		return needed_again(pass);
	pass->turn.number++;
	return round_begin(pass);
}
