/* SPDX-License-Identifier: Apache-2.0 */
#include "common/telling.h"

#include "common/render.h"

/* The events with which a hold begins and ends. */
typedef struct HoldEvents {
	EventKind begins;
	EventKind ends;
} HoldEvents;

static HoldEvents hold_events(Guard guard)
{
	switch (guard) {
	case GUARD_RESTART:
		return (HoldEvents){EVENT_RESTART_UNSAFE, EVENT_RESTART_SAFE};
	case GUARD_JOINING:
		return (HoldEvents){EVENT_JOINING, EVENT_JOINED};
	default:
		return (HoldEvents){EVENT_HELD, EVENT_RELEASED};
	}
}

static const char *or_server(const char *suffix)
{
	return suffix ? suffix : "server";
}

static void hold_add(Pool *pool, const Hold *hold, ConditionList *ret)
{
	const HoldEvents events = hold_events(hold->guard);

	condition_add(
		pool, ret,
		(Condition){
			.key = pool_printf(pool, "hold %s %s %s", guard_code(hold->guard),
					   or_server(hold->suffix), hold->release),
			.begins = events.begins,
			.ends = events.ends,
			.text = pool_printf(pool, "%s: held %s: %s: %s", or_server(hold->suffix),
					    guard_code(hold->guard), hold->text, hold->release),
			.kind = CONDITION_HOLD,
			.code = guard_code(hold->guard),
			.what = hold->text,
			.suffix = hold->suffix,
			.release = hold->release,
		});
}

static void finding_add(Pool *pool, const Finding *finding, ConditionList *ret)
{
	if (finding->severity == SEVERITY_NOTE)
		return;
	condition_add(
		pool, ret,
		(Condition){
			.key = pool_printf(pool, "finding %s %s %s", finding->code,
					   or_server(finding->suffix), finding->text),
			.begins = EVENT_FINDING,
			.ends = EVENT_FINDING_GONE,
			.text = pool_printf(pool, "%s: %s [%s]", severity_name(finding->severity),
					    finding->text, finding->code),
			.kind = CONDITION_FINDING,
			.code = finding->code,
			.is_critical = finding->severity == SEVERITY_CRITICAL,
			.what = finding->text,
			.suffix = finding->suffix,
		});
}

void conditions_of_plan(Pool *pool, const Plan *plan, ConditionList *ret)
{
	for (size_t i = 0; i < plan->n_holds; i++)
		hold_add(pool, &plan->holds[i], ret);
	for (size_t i = 0; i < plan->n_findings; i++)
		finding_add(pool, &plan->findings[i], ret);
}

static const char *value_shown(Pool *pool, const Change *change, const char *value)
{
	return value && change->attribute ? render_value(pool, change->attribute, value) : NULL;
}

static const char *change_text(Pool *pool, const Change *change, const Attribution *attribution)
{
	const char *what =
		pool_printf(pool, "%s: %s", or_server(change->suffix), render_change(pool, change));

	if (!attribution->is_drift)
		return what;
	if (!attribution->actor)
		return pool_printf(pool, "%s; who changed it is not known", what);
	return pool_printf(pool, "%s; the entry was last written by %s at %s", what,
			   attribution->actor, attribution->actor_time);
}

Event event_of_change(Pool *pool, const Change *change, const Attribution *attribution)
{
	return (Event){
		.kind = change->kind == CHANGE_CONSUMERS_RESTART ? EVENT_CONSUMERS_SCRAMBLED
								 : EVENT_DRIFT_FOUND,
		.text = change_text(pool, change, attribution),
		.cause = attribution_cause(attribution),
		.suffix = change->suffix,
		.dn = change->dn,
		.attribute = change->attribute,
		.old_value = value_shown(pool, change, change->old_value),
		.new_value = value_shown(pool, change, change->new_value),
		.actor = attribution->actor,
		.actor_time = attribution->actor_time,
	};
}
