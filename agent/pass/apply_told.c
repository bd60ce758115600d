/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/apply_told.h"

#include <unistd.h>

#include "agent/pass/server_id_back.h"
#include "agent/system/clock.h"
#include "agent/system/login.h"
#include "agent/system/say.h"
#include "agent/tell/history.h"
#include "common/tell/corrections.h"

void apply_record_begin(Pool *pool, const char *command, const Context *context,
			const Inputs *inputs, ApplyRecord *ret)
{
	const Desired *desired = inputs->file.desired;
	Error err;

	*ret = (ApplyRecord){
		.pool = pool,
		.context = context,
		.journal = {.pass = pool_printf(pool, "%d-1", (int)getpid()),
			    .trigger = "apply",
			    .has_revision = desired->has_revision,
			    .revision = desired->revision,
			    .sha256 = inputs->file.sha256,
			    .operator= login_operator(pool, command)},
	};
	if (state_read_daemon(pool, context->paths.state_dir, &ret->memory, &err) < 0)
		say("%s", err.text);
}

static void events_keep(const ApplyRecord *record, const EventList *events)
{
	const HistoryWriter writer = {
		.state_dir = record->context->paths.state_dir,
		.now_sec = clock_system.realtime_sec(NULL),
		.context = &record->journal,
		.has_lock = true,
	};
	Error err;

	for (size_t i = 0; i < events->n_items; i++)
		(void)journal_send(&record->journal, &events->items[i]);
	if (history_append(&writer, events, &err) < 0)
		say("%s", err.text);
}

void apply_record_events(ApplyRecord *record, const EventList *events)
{
	events_keep(record, events);
	heal_written(record->pool, events, &record->written);
}

int apply_record_end_heal(ApplyRecord *record, const Inputs *inputs, Directory *directory,
			  Error *err)
{
	EventList events;
	const int result = server_id_bring_back(record->pool, record->context->paths.state_dir,
						inputs->state.known.heal, directory, &events, err);

	apply_record_events(record, &events);
	return result;
}

static bool before_write(void *userdata, const World *world, const Plan *plan, const char *digest)
{
	ApplyRecord *record = userdata;

	(void)digest;
	record->attributions = attributions_make(record->pool, plan, &world->config,
						 &record->memory.seen, &record->attributed);
	return true;
}

/* Only now: what could not be put on disk is not about to happen. */
static void intended(void *userdata, const Plan *plan)
{
	ApplyRecord *record = userdata;
	const EventList events = corrections_intended(record->pool, plan, record->attributions);

	events_keep(record, &events);
	record->write_started_usec = clock_system.monotonic_usec(NULL);
}

static void after_write(void *userdata, const Plan *plan, const Applied *applied, const Error *err)
{
	ApplyRecord *record = userdata;
	EventList events = corrections_done(record->pool, plan, record->attributions, applied, err);

	corrections_took(&events,
			 (int64_t)(clock_system.monotonic_usec(NULL) - record->write_started_usec));
	events_keep(record, &events);
	corrections_written(record->pool, plan, record->attributions, applied, err,
			    &record->written);
}

PassHooks apply_record_hooks(ApplyRecord *record)
{
	return (PassHooks){
		.userdata = record,
		.before_write = before_write,
		.intended = intended,
		.after_write = after_write,
	};
}

static void seen_keep(const ApplyRecord *record, const Seen *seen)
{
	Error err;

	if (!seen_equal(seen, &record->memory.seen) &&
	    state_write_entries(record->context->paths.state_dir, seen, &err) < 0)
		say("%s", err.text);
}

void apply_record_end_writes(ApplyRecord *record, const Tree *config)
{
	static const Tree unseen;
	const Seen seen = seen_written(record->pool, &record->memory.seen,
				       config ? config : &unseen, &record->written);

	seen_keep(record, &seen);
}

void apply_record_end(ApplyRecord *record, const Report *report)
{
	Seen seen;

	if (!report->has_plan) {
		apply_record_end_writes(record, NULL);
		return;
	}
	seen = seen_update(record->pool, &record->memory.seen, &report->last.world.config,
			   &report->last.plan, &record->written);
	seen_keep(record, &seen);
}
