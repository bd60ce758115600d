/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/corrections.h"

#include "common/plan/plan_changes.h"

EventList corrections_intended(Pool *pool, const Plan *plan, const Attribution *attributions)
{
	EventList events = {0};

	for (size_t i = 0; i < plan->order.n_steps; i++)
		if (step_writes(&plan->order.steps[i]))
			POOL_PUSH(pool, events.items, events.n_items,
				  event_of_step(pool, plan, attributions, &plan->order.steps[i],
						EVENT_CORRECTION_INTENDED));
	return events;
}

EventList corrections_done(Pool *pool, const Plan *plan, const Attribution *attributions,
			   const Applied *applied, const Error *err)
{
	EventList events = {0};
	Event event;
	bool is_unknown;

	for (size_t i = 0; i < applied->n_done; i++) {
		event = event_of_step(pool, plan, attributions, applied->done[i],
				      EVENT_CORRECTION_APPLIED);
		event.result = "success";
		POOL_PUSH(pool, events.items, events.n_items, event);
	}
	for (size_t i = 0; i < applied->n_refused; i++) {
		event = event_of_step(pool, plan, attributions, applied->refused[i],
				      EVENT_CORRECTION_FAILED);
		event.text = applied->failures[i];
		event.result = "refused";
		POOL_PUSH(pool, events.items, events.n_items, event);
	}
	/* What was not sent did not fail: slapd is at something else, or there is no time left now.
	 */
	if (!err || err->class == ERROR_BUSY ||
	    (err->class == ERROR_CONFLICT && !applied->stopped_at))
		return events;
	is_unknown = err->class == ERROR_UNREACHABLE ||
		     (err->class == ERROR_STOPPED && applied->stopped_at);
	event = (Event){.kind = EVENT_CORRECTION_FAILED};
	if (applied->stopped_at)
		event = event_of_step(pool, plan, attributions, applied->stopped_at,
				      EVENT_CORRECTION_FAILED);
	event.text = pool_strdup(pool, err->text);
	event.result = is_unknown ? "unknown" : "failed";
	POOL_PUSH(pool, events.items, events.n_items, event);
	return events;
}

/* --- who wrote the entries --- */

static bool was_in_step(const Plan *plan, const Attribution *attributions, const char *dn)
{
	size_t at = 0;

	while (change_next_at(plan, dn, &at))
		if (attributions[at - 1].cause == CAUSE_DRIFT)
			return false;
	return true;
}

/* slapd said no, and changed nothing. Any other end may have come after the write. */
static bool is_refusal(const Error *err)
{
	return err->class == ERROR_REFUSED || err->class == ERROR_DENIED ||
	       err->class == ERROR_CONFLICT;
}

void corrections_written(Pool *pool, const Plan *plan, const Attribution *attributions,
			 const Applied *applied, const Error *err, WrittenEntries *written)
{
	for (size_t i = 0; i < applied->n_done; i++) {
		const char *dn = applied->done[i]->dn;

		POOL_PUSH(pool, written->items, written->n_items,
			  {.dn = pool_strdup(pool, dn),
			   .was_in_step = was_in_step(plan, attributions, dn)});
	}
	if (applied->stopped_at && !(err && is_refusal(err)))
		POOL_PUSH(pool, written->items, written->n_items,
			  {.dn = pool_strdup(pool, applied->stopped_at->dn), .is_unknown = true});
}

void heal_written(Pool *pool, const EventList *events, WrittenEntries *written)
{
	for (size_t i = 0; i < events->n_items; i++) {
		const Event *event = &events->items[i];
		const bool has_failed = event->kind == EVENT_CORRECTION_FAILED;

		if (event->dn && (has_failed || event->kind == EVENT_CORRECTION_APPLIED ||
				  event->kind == EVENT_HEALED))
			POOL_PUSH(pool, written->items, written->n_items,
				  {.dn = pool_strdup(pool, event->dn), .is_unknown = has_failed});
	}
}

void corrections_took(EventList *events, int64_t duration_usec)
{
	for (size_t i = 0; i < events->n_items; i++)
		events->items[i].duration_usec = duration_usec;
}
