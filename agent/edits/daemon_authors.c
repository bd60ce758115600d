/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/edits/daemon_authors.h"

#include "common/guard/guard_contested.h"

/* How often that was corrected before, and how fast. */
static const char *with_rhythm(const Found *found, const ContestList *contests,
			       const Change *change, const char *text)
{
	const char *rhythm = contest_rhythm(found->pool, contest_of_change(contests, change),
					    found_realtime_sec(found));

	return rhythm ? pool_printf(found->pool, "%s; %s", text, rhythm) : text;
}

EventList daemon_authors_look(PassAuthors *authors, const Found *found, const AuthorsLook *look)
{
	const size_t n_before = authors->all.n_items;
	const Plan *plan = look->plan;
	EventList events = {0};

	authors->of_plan =
		attributions_make(found->pool, plan, look->config, look->seen, &authors->all);
	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];
		const char *key = change_key(found->pool, change);
		Event event;

		if (change->is_held || authors->of_plan[i].cause != CAUSE_DRIFT)
			continue;
		authors->has_drift = true;
		if (attributed_find(&authors->all, key) < n_before ||
		    condition_find(found->before.told, key))
			continue;
		event = event_of_change(found->pool, change, &authors->of_plan[i]);
		event.text = with_rhythm(found, look->contests, change, event.text);
		POOL_PUSH(found->pool, events.items, events.n_items, event);
	}
	return events;
}
