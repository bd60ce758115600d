/* SPDX-License-Identifier: Apache-2.0 */
#include "common/result/guard_result.h"
#include "common/remedies/remedies.h"

#include "common/guard/guard.h"
#include "common/plan/tree_after.h"
#include "common/result/result_rules.h"

/* --- the rules --- */

static bool database_breaks(const ResultDatabase *database, Breach *ret)
{
	return result_opens_early(database, ret) || result_closes(database, ret) ||
	       result_is_unread(database, ret) || result_loses_provider(database, ret) ||
	       result_takes_rights(database, ret);
}

static bool moment_breaks(const Result *result, Breach *ret)
{
	const Diff *diff = result->diff;
	ResultDatabase database;

	if (result_restarts_not(result, ret) || result_breaks_order(result, ret) ||
	    result_removes_many(result, ret))
		return true;
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		if (result_database(result, &diff->plan->databases[i], &database) &&
		    database_breaks(&database, ret))
			return true;
	return false;
}

/* --- the steps --- */

/* What cannot be foreseen cannot be judged. */
static void breach_of_unforeseen(const Result *result, const Error *err, Breach *ret)
{
	*ret = (Breach){
		.kinds = ~0u,
		.hold = {.guard = GUARD_RESTART,
			 .text = pool_printf(
				 result->diff->pool,
				 "it is not known what cn=config would be after the step %s (%s), "
				 "nor whether slapd would start again. " RESULT_FAULT
				 ", and look again with",
				 step_title(result->diff->pool, result->step), err->text),
			 .release = remedy_text(REMEDY_PLAN)},
	};
}

static void note_written(Result *result)
{
	if (result->step->kind == STEP_SEARCH)
		POOL_PUSH(result->diff->pool, result->written, result->n_written,
			  result->step->suffix);
}

/* Carries out all steps, or all but those whose failure does not stop the others. */
static bool steps_break(Diff *diff, bool skips_optional, Breach *ret)
{
	const Live *live = diff->in->live;
	Tree tree = *live->config, next;
	Result result = {.diff = diff};
	Live then = *live;
	Error err;

	for (size_t i = 0; i < diff->plan->order.n_steps; i++) {
		result.step = &diff->plan->order.steps[i];
		if (skips_optional && result.step->is_optional)
			continue;
		if (tree_after(diff->pool, &tree, result.step, &next, &err) < 0) {
			if (result.step->is_optional)
				continue;
			breach_of_unforeseen(&result, &err, ret);
			return true;
		}
		note_written(&result);
		tree = next;
		then = live_with_config(diff->pool, &then, &tree);
		result.then = &then;
		if (moment_breaks(&result, ret))
			return true;
	}
	return false;
}

/* --- what is held --- */

/* What made it; where that is none of what the rule names, all of the plan. */
static bool breach_hold(Diff *diff, const Breach *breach)
{
	Plan *plan = diff->plan;

	plan->n_breaches++;
	if (plan_hold_kinds(diff->pool, plan, breach->database, breach->kinds, breach->hold) == 0 &&
	    plan_hold_kinds(diff->pool, plan, NULL, CHANGES_ALL, breach->hold) == 0)
		return false;
	guard_what_follows(diff);
	return true;
}

static bool has_optional(const PlanSteps *order)
{
	for (size_t i = 0; i < order->n_steps; i++)
		if (order->steps[i].is_optional)
			return true;
	return false;
}

bool guard_result(Diff *diff)
{
	Breach breach;

	if (!diff->in->wanted ||
	    (!steps_break(diff, false, &breach) &&
	     !(has_optional(&diff->plan->order) && steps_break(diff, true, &breach))))
		return false;
	return breach_hold(diff, &breach);
}
