/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/pass_steps.h"

#include <string.h>
#include <strings.h>

#include "common/copy/csn_set.h"
#include "common/live/calm.h"
#include "common/pass/step_failure.h"

/* How often to look whether slapd is calm: it may be so much sooner than the time left says. */
#define LOOK_AGAIN_MSEC 200
/* How long slapd takes to begin with a consumer that it was just given. */
#define CONSUMER_START_MSEC 50

/* How long contextCSN may take to be on disk, and a log to be begun; how often to look for it. */
#define SEARCH_PATIENCE_MSEC 5000
#define SEARCH_AGAIN_MSEC    10

PassSteps pass_steps_begin(Pool *pool, const Plan *plan, const Live *live, bool has_monitor)
{
	return (PassSteps){.pool = pool, .plan = plan, .live = live, .has_monitor = has_monitor};
}

static PassAction over(PassSteps *steps, const Error *err)
{
	steps->phase = STEPS_OVER;
	if (err) {
		steps->has_failed = true;
		steps->error = *err;
	}
	return (PassAction){.want = PASS_OVER};
}

static PassAction wait_then(PassSteps *steps, StepsPhase phase, unsigned msec)
{
	steps->phase = phase;
	return (PassAction){.want = PASS_WAIT, .wait_msec = msec, .may_end = true};
}

static PassAction look_then(PassSteps *steps, StepsPhase phase)
{
	steps->phase = phase;
	return (PassAction){.want = PASS_RUNNING, .may_end = true};
}

/* --- one step --- */

static const Step *step_at(const PassSteps *steps)
{
	return &steps->plan->order.steps[steps->at];
}

static bool is_behind_search(const PassSteps *steps)
{
	return steps->at > 0 && step_at(steps)[-1].kind == STEP_SEARCH;
}

/* Nothing is waited for between an overlay's deletion and its return: no peer can read from here
 * meanwhile. */
static bool waits_for_calm(const PassSteps *steps)
{
	return step_writes(step_at(steps)) && !is_behind_search(steps);
}

/* An overlay that was deleted for a search returns, whatever else is to end now. */
static PassAction step_send(PassSteps *steps)
{
	const Step *step = step_at(steps);

	if (step->kind == STEP_SEARCH) {
		steps->phase = STEPS_SEARCHED;
		return (PassAction){.want = PASS_CONTENT, .step = step};
	}
	if (step->kind == STEP_COUNT)
		return look_then(steps, STEPS_COUNTED);
	if (steps->n_covered < step->n_covered) {
		steps->phase = STEPS_COVERED;
		return (PassAction){.want = PASS_CONTENT,
				    .step = step,
				    .covered = step->covered[steps->n_covered]};
	}
	steps->phase = STEPS_SENT;
	return (PassAction){
		.want = PASS_STEP, .step = step, .must_be_sent = is_behind_search(steps)};
}

/* Waits while a write would stall slapd's clients, but no longer than any consumer may hold it. */
static PassAction calm_judged(PassSteps *steps)
{
	Calm calm;
	Error err;

	if (steps->live->builds_index) {
		(void)error_set(&err, ERROR_CONFLICT, 0,
				"slapd is building an index since the plan was made: a "
				"write would stop its clients until that is done");
		return over(steps, &err);
	}
	calm = calm_judge(steps->live, steps->new_patience_sec);
	if (!calm.is_held || steps->waited_msec >= calm.patience_sec * 1000)
		return step_send(steps);
	steps->waited_msec += LOOK_AGAIN_MSEC;
	return wait_then(steps, STEPS_NOT_CALM, LOOK_AGAIN_MSEC);
}

/* What the plan was made from is still fresh. */
static PassAction calm_look(PassSteps *steps)
{
	const bool is_fresh = steps->at == 0 && steps->waited_msec == 0;

	return is_fresh || !steps->has_monitor ? wait_then(steps, STEPS_LOOKED, 0)
					       : look_then(steps, STEPS_LOOKED);
}

static bool starts_consumers(const Step *step)
{
	for (size_t i = 0; i < step->n_mods; i++)
		if (strcasecmp(step->mods[i].attribute, "olcSyncrepl") == 0)
			return true;
	return false;
}

static unsigned longest_patience_sec(const Wanted *wanted)
{
	unsigned longest_sec = 0;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++)
		for (size_t j = 0; j < wanted->databases[i].n_consumers; j++) {
			unsigned sec =
				calm_patience_sec(&wanted->databases[i].consumers[j].syncrepl);

			if (sec > longest_sec)
				longest_sec = sec;
		}
	return longest_sec;
}

/* A new consumer is at work, as the look for calm must see it, a moment after slapd's main loop
 * woke: our search wakes it. Only then is it known whether it would hold up the next write. */
static PassAction step_begin(PassSteps *steps)
{
	if (steps->at == steps->plan->order.n_steps)
		return over(steps, NULL);
	steps->waited_msec = 0;
	steps->n_covered = 0;
	if (!waits_for_calm(steps))
		return step_send(steps);
	if (steps->at == 0 || !steps->has_monitor || !starts_consumers(step_at(steps) - 1))
		return calm_look(steps);
	steps->new_patience_sec = longest_patience_sec(steps->plan->wanted);
	return look_then(steps, STEPS_STARTED);
}

/* --- what became of it --- */

static bool restarts_consumers(const Plan *plan, const char *dn)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].kind == CHANGE_CONSUMERS_RESTART &&
		    !plan->changes[i].is_held && plan->changes[i].dn == dn)
			return true;
	return false;
}

static void note_done(PassSteps *steps, const Step *step)
{
	POOL_PUSH(steps->pool, steps->applied.done, steps->applied.n_done, step);
}

/*
 * An overlay that went so that slapd writes contextCSN comes back whatever became of that: without
 * it no node can read from here, and one that peers.json leaves to others no plan would add again.
 */
static PassAction search_failed(PassSteps *steps, const Error *err)
{
	const Step *add = step_at(steps) + 1;

	if (steps->at + 1 == steps->plan->order.n_steps || add->kind != STEP_ADD_ENTRY)
		return over(steps, err);
	steps->phase = STEPS_BROUGHT_BACK;
	steps->error = *err;
	return (PassAction){.want = PASS_STEP, .step = add, .must_be_sent = true};
}

static PassAction brought_back(PassSteps *steps, const PassAnswer *answer)
{
	const Step *add = step_at(steps) + 1;
	const Error why = steps->error;
	Error err = why;

	if (answer->has_failed)
		(void)error_set(&err, why.class, why.code,
				"%s; and %s, which was deleted for that, could not be added "
				"again: %s: until it is there no peer reads from here",
				why.text, add->dn, answer->error.text);
	else
		note_done(steps, add);
	return over(steps, &err);
}

static PassAction step_next(PassSteps *steps)
{
	steps->applied.restarted_consumers |= restarts_consumers(steps->plan, step_at(steps)->dn);
	steps->at++;
	return step_begin(steps);
}

static PassAction step_failed(PassSteps *steps, const PassAnswer *answer)
{
	const Step *step = step_at(steps);
	StepFailure failure = {.step = step,
			       .is_on_disk = answer->is_on_disk,
			       .slapd_started = steps->live->start_time,
			       .error = answer->error};

	if (!step_failure_stops(steps->pool, &failure, &steps->applied)) {
		steps->at++;
		return step_begin(steps);
	}
	steps->applied.stopped_at = step;
	return step->kind == STEP_SEARCH ? search_failed(steps, &failure.error)
					 : over(steps, &failure.error);
}

static bool has_csns(const Content *here, const Step *step)
{
	return here && here->state == CONTENT_READ && here->n_context_csns > 0 &&
	       csn_covers(here->context_csns, here->n_context_csns, step->mods[0].values,
			  step->mods[0].n_values);
}

/* slapd closes an overlay, which writes contextCSN, after its answer to the deletion. */
static PassAction searched(PassSteps *steps, const PassAnswer *answer)
{
	const Step *step = step_at(steps);
	PassAnswer failed = {.has_failed = true};

	if (has_csns(answer->here, step))
		return step_next(steps);
	if (steps->waited_msec < SEARCH_PATIENCE_MSEC) {
		steps->waited_msec += SEARCH_AGAIN_MSEC;
		return wait_then(steps, STEPS_NOT_FOUND, SEARCH_AGAIN_MSEC);
	}
	(void)error_set(&failed.error, ERROR_REFUSED, 0,
			"contextCSN of %s is not on disk, although its overlay was deleted, which "
			"writes it: the server ID is not written before. Is its disk full?",
			step->dn);
	return step_failed(steps, &failed);
}

/* slapd begins a log after its answer to the overlay's addition. */
static PassAction counted(PassSteps *steps)
{
	const Step *step = step_at(steps);
	PassAnswer failed = {.has_failed = true};

	if (live_entries_counted(&steps->live->sizes, step->dn))
		return step_next(steps);
	if (steps->waited_msec < SEARCH_PATIENCE_MSEC) {
		steps->waited_msec += SEARCH_AGAIN_MSEC;
		return wait_then(steps, STEPS_NOT_COUNTED, SEARCH_AGAIN_MSEC);
	}
	(void)error_set(&failed.error, ERROR_REFUSED, 0,
			"slapd has not begun the log of changes %s (it counts no entry there). Is "
			"its disk full?",
			step->dn);
	return step_failed(steps, &failed);
}

/* The overlay was away for a moment, or was not there yet when the plan was made. */
static const char *why_uncovered(const Content *here)
{
	return here && here->view.coverage == COPY_HAS_NEWER
		       ? "clients wrote while no overlay was there, and contextCSN does not have that"
		       : "whether contextCSN has every entry could not be told";
}

static PassAction coverage_judged(PassSteps *steps, const PassAnswer *answer)
{
	const Step *step = step_at(steps);
	PassAnswer failed = {.has_failed = true};

	if (answer->here && answer->here->view.coverage == COPY_IS_COVERED) {
		steps->n_covered++;
		return step_send(steps);
	}
	(void)error_set(&failed.error, ERROR_CONFLICT, 0,
			"%s: %s: the server ID is not written before",
			step->covered[steps->n_covered], why_uncovered(answer->here));
	return step_failed(steps, &failed);
}

static PassAction sent(PassSteps *steps, const PassAnswer *answer)
{
	if (answer->has_failed)
		return step_failed(steps, answer);
	note_done(steps, step_at(steps));
	return step_next(steps);
}

PassAction pass_steps_next(PassSteps *steps, const PassAnswer *answer)
{
	switch (steps->phase) {
	case STEPS_BEGIN:
		return step_begin(steps);
	case STEPS_SENT:
		return sent(steps, answer);
	case STEPS_SEARCHED:
		return searched(steps, answer);
	case STEPS_COVERED:
		return answer->has_failed ? step_failed(steps, answer)
					  : coverage_judged(steps, answer);
	case STEPS_NOT_FOUND:
		return answer->has_failed ? step_failed(steps, answer) : step_send(steps);
	case STEPS_BROUGHT_BACK:
		return brought_back(steps, answer);
	default:
		break;
	}
	if (answer->has_failed)
		return over(steps, &answer->error);
	switch (steps->phase) {
	case STEPS_STARTED:
		return wait_then(steps, STEPS_LET_START, CONSUMER_START_MSEC);
	case STEPS_LET_START:
	case STEPS_NOT_CALM:
		return calm_look(steps);
	case STEPS_COUNTED:
		return counted(steps);
	case STEPS_NOT_COUNTED:
		return look_then(steps, STEPS_COUNTED);
	case STEPS_LOOKED:
		return calm_judged(steps);
	default:
		return over(steps, NULL);
	}
}
