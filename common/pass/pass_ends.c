/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/pass_ends.h"

#include "common/remember/memory_after.h"

/* A pass may look many times, and many peers are many megabytes. */
PassAction pass_look(Pass *pass, bool is_behind_write)
{
	if (pass->pools.look != pass->pools.first_look || pass->input.forgets_first)
		pool_free(pass->pools.look);
	pass->pools.look = pool_child(pass->pool);
	if (!pass->pools.first_look || pass->input.forgets_first)
		pass->pools.first_look = pass->pools.look;
	pass->now.world = (World){0};
	pass->is_stale = false;
	pass->now.plan = (Plan){0};
	pass->phase = PASS_LOOKS;
	return (PassAction){
		.want = PASS_LOOK, .look = pass->pools.look, .is_behind_write = is_behind_write};
}

PassAction pass_keep(Pass *pass, PassPhase phase)
{
	pass->phase = phase;
	return (PassAction){.want = PASS_KEEP, .known = &pass->known};
}

static PassAction over(Pass *pass)
{
	Report *report = pass->report;

	pass->phase = PASS_IS_OVER;
	report->last.world = pass->now.world;
	report->last.plan = pass->now.plan;
	if (pass->input.forgets_first) {
		report->first.world = report->last.world;
		report->first.plan = report->last.plan;
	}
	return (PassAction){.want = PASS_OVER};
}

/* The intent outlives the pass only where nobody knows what became of the last request. */
static PassAction intent_end(Pass *pass)
{
	const Report *report = pass->report;
	const bool is_open =
		report->end.has_failed && (report->end.error.class == ERROR_UNREACHABLE ||
					   report->end.error.class == ERROR_STOPPED);

	if (!pass->has_intent || is_open)
		return over(pass);
	pass->phase = PASS_ENDS_INTENT;
	return (PassAction){.want = PASS_KEEP, .ends_intent = true};
}

PassAction pass_end(Pass *pass, const Error *err)
{
	pass->report->end.has_failed = err != NULL;
	if (err)
		pass->report->end.error = *err;
	if (!pass->input.may_write)
		return over(pass);
	memory_links(pass->pool, &pass->input.plan, &pass->now.plan, &pass->known);
	memory_hiding(pass->pool, &pass->input.plan, &pass->now.plan, &pass->known.peers);
	/* What was read before a write does not show what it did. */
	pass->was_opened = pass->now.world.live.config && !pass->is_stale &&
			   memory_opened(pass->pool, &pass->now.world.live, pass->now.plan.wanted,
					 &pass->known);
	memory_ages(pass->pool, &pass->now.plan, &pass->known);
	return pass_keep(pass, PASS_KEPT_LAST);
}

PassAction pass_state_failed(Pass *pass, const Error *err)
{
	report_state_note(pass->report, err);
	return pass_end(pass, err);
}

PassAction pass_kept_last(Pass *pass, const PassAnswer *answer)
{
	if (answer->has_failed)
		report_state_note(pass->report, &answer->error);
	/* What could not be kept is no reason to plan again: it would be the same. */
	pass->report->fence_has_changed =
		pass->was_opened && fence_records_equal(&answer->kept->fence, &pass->known.fence);
	return intent_end(pass);
}

PassAction pass_ended_intent(Pass *pass, const PassAnswer *answer)
{
	if (answer->has_failed)
		report_state_note(pass->report, &answer->error);
	return over(pass);
}
