/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_contested.h"

#include <strings.h>

#include "common/base/buf.h"
#include "common/plan/plan_changes.h"
#include "common/plan/render.h"

const char *contest_attribute(const Change *change)
{
	switch (change->kind) {
	case CHANGE_CONSUMERS_RESTART:
	case CHANGE_CONSUMERS_RENEW:
	case CHANGE_CONSUMERS_RETRY:
	case CHANGE_SAVE:
		return NULL;
	case CHANGE_MULTI_PROVIDER_ON:
	case CHANGE_MULTI_PROVIDER_OFF:
		return "olcSyncrepl";
	default:
		return change->attribute;
	}
}

const Contest *contest_of_change(const ContestList *list, const Change *change)
{
	const char *attribute = contest_attribute(change);

	return attribute ? contest_find(list, change->dn, attribute) : NULL;
}

static bool same_contest(const Change *one, const Change *other)
{
	const char *attribute = contest_attribute(one), *other_attribute = contest_attribute(other);

	return attribute && other_attribute && strcasecmp(one->dn, other->dn) == 0 &&
	       strcasecmp(attribute, other_attribute) == 0;
}

/* What was found of all changes of the attribute, masked. */
static const char *value_found(Pool *pool, const Plan *plan, const Change *first, const Step *step)
{
	Buf value = BUF_IN(pool);
	const Change *change;

	for (size_t at = 0; (change = change_next_carried(plan, step, &at));)
		if (change->old_value && same_contest(first, change))
			buf_printf(&value, "%s%s", value.len > 0 ? "; " : "",
				   render_value(pool, change->attribute, change->old_value));
	return buf_text(&value);
}

static bool was_noted(const Plan *plan, const Attribution *attributions, const Step *step,
		      size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (attributions[i].cause == CAUSE_DRIFT && step_carries(step, &plan->changes[i]) &&
		    same_contest(&plan->changes[i], &plan->changes[at]))
			return true;
	return false;
}

void contests_note_step(Pool *pool, ContestList *list, const Plan *plan,
			const Attribution *attributions, const Step *step, int64_t now_sec,
			bool may_contest)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_carried(plan, step, &at));) {
		const size_t i = (size_t)(change - plan->changes);
		const Contest what = {
			.dn = change->dn,
			.attribute = contest_attribute(change),
			.suffix = change->suffix,
		};

		if (what.attribute && attributions[i].cause == CAUSE_DRIFT &&
		    !was_noted(plan, attributions, step, i))
			contest_note(pool, list, &what, value_found(pool, plan, change, step),
				     now_sec, may_contest);
	}
}

void contests_needed(Pool *pool, const Plan *plan, ContestLook *ret)
{
	ContestName *needed = NULL;
	size_t n_needed = 0;
	const Change *change;

	for (size_t at = 0; (change = change_next(plan, NULL, CHANGES_ALL, &at));)
		if (contest_attribute(change))
			POOL_PUSH(pool, needed, n_needed,
				  {.dn = change->dn, .attribute = contest_attribute(change)});
	ret->needed = needed;
	ret->n_needed = n_needed;
}
