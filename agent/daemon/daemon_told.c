/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/daemon/daemon_fence.h"
#include "agent/daemon/daemon_internal.h"
#include "common/base/buf.h"
#include "common/decide/guard_contested.h"
#include "common/plan/render.h"
#include "common/tell/corrections.h"
#include "common/tell/told_plan.h"

static const char *const trigger_names[] = {
	[TRIGGER_START] = "start",     [TRIGGER_TIMER] = "timer",   [TRIGGER_RELOAD] = "reload",
	[TRIGGER_DESIRED] = "desired", [TRIGGER_CONFIG] = "config", [TRIGGER_SOCKET] = "socket",
	[TRIGGER_ANSWER] = "answer",   [TRIGGER_STATE] = "state",   [TRIGGER_PROBE] = "probe",
	[TRIGGER_HOST] = "host",
};
_Static_assert(ARRAY_SIZE(trigger_names) == TRIGGER_COUNT, "name every trigger");

static const char *triggers_text(Pool *pool, unsigned triggers)
{
	Buf text = BUF_IN(pool);

	for (unsigned i = 0; i < TRIGGER_COUNT; i++)
		if (triggers & TRIGGER_BIT(i))
			buf_printf(&text, "%s%s", text.len > 0 ? "," : "", trigger_names[i]);
	return buf_text(&text);
}

static void tell(const DaemonPass *pass, const Event *event)
{
	pass->daemon->status.counters.events[event->kind]++;
	journal_tell(&pass->found.journal, event);
}

void daemon_tell_all(DaemonPass *pass, const EventList *events)
{
	for (size_t i = 0; i < events->n_items; i++)
		tell(pass, &events->items[i]);
}

void daemon_start(Daemon *daemon)
{
	AUTO(Pool) *pool = pool_new();
	const JournalContext journal = {.trigger = "start"};

	daemon_status_start(daemon);
	daemon->status.counters.events[EVENT_STARTED]++;
	journal_tell(&journal,
		     &(Event){
			     .kind = EVENT_STARTED,
			     .text = pool_printf(pool, "syncward %s started, watching %s",
						 SYNCWARD_VERSION, daemon->site.context.peers_file),
		     });
}

void daemon_stop(Daemon *daemon)
{
	daemon_status_stop(daemon);
	journal_tell(&(JournalContext){0},
		     &(Event){.kind = EVENT_STOPPED, .text = "syncward stopped"});
}

void daemon_tell_begin(DaemonPass *pass)
{
	pass->found.journal = (JournalContext){
		.pass = pool_printf(pass->found.pool, "%d-%lu", (int)getpid(), pass->found.number),
		.trigger = triggers_text(pass->found.pool, pass->found.triggers),
	};
}

/* A peers.json that can be used was read: from now on events name it. */
void daemon_desired_seen(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	const PeersFile *file = &pass->found.inputs.file;
	const Desired *desired = file->desired;

	pass->found.journal.sha256 = file->sha256;
	pass->found.journal.has_revision = desired->has_revision;
	pass->found.journal.revision = desired->revision;
	if (strcmp(daemon->desired_sha256, file->sha256) == 0)
		return;
	memcpy(daemon->desired_sha256, file->sha256, sizeof(daemon->desired_sha256));
	schedule_reset(&daemon->schedule);
	tell(pass,
	     &(Event){
		     .kind = EVENT_DESIRED_LOADED,
		     .text = desired->has_revision ? pool_printf(pass->found.pool,
								 "%s, revision %lu, is in force",
								 desired->name, desired->revision)
						   : pool_printf(pass->found.pool, "%s is in force",
								 desired->name),
	     });
}

/* --- changes --- */

/* How often that was corrected before, and how fast. */
static const char *with_rhythm(const DaemonPass *pass, const Change *change, const char *text)
{
	const char *rhythm =
		contest_rhythm(pass->found.pool, contest_of_change(&pass->contests, change),
			       found_realtime_sec(&pass->found));

	return rhythm ? pool_printf(pass->found.pool, "%s; %s", text, rhythm) : text;
}

/* Who made each change necessary: told once, however long it takes until it can be corrected. */
void daemon_tell_changes(DaemonPass *pass, const Tree *config, const Plan *plan)
{
	const size_t n_before = pass->attributed.n_items;
	const Attribution *attributions = attributions_make(pass->found.pool, plan, config,
							    &pass->daemon->seen, &pass->attributed);

	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];
		const char *key = change_key(pass->found.pool, change);
		Event event;

		if (change->is_held || !attributions[i].is_drift)
			continue;
		pass->has_drift = true;
		event = event_of_change(pass->found.pool, change, &attributions[i]);
		event.text = with_rhythm(pass, change, event.text);
		if (attributed_find(&pass->attributed, key) >= n_before &&
		    !condition_find(pass->found.told, key))
			tell(pass, &event);
	}
	pass->attributions = attributions;
}

/* --- writes --- */

void daemon_tell_intent(DaemonPass *pass, const Plan *plan)
{
	const EventList events = corrections_intended(pass->found.pool, plan, pass->attributions);

	daemon_tell_all(pass, &events);
	daemon_memory_keep(pass, &events);
}

void daemon_tell_outcome(DaemonPass *pass, const Plan *plan, const Applied *applied,
			 const Error *err)
{
	EventList events =
		corrections_done(pass->found.pool, plan, pass->attributions, applied, err);

	corrections_took(&events,
			 (int64_t)(found_now_usec(&pass->found) - pass->write_started_usec));
	daemon_tell_all(pass, &events);
	daemon_memory_keep(pass, &events);
}

/* When the peers were asked: what each database holds is known then. */
static void fence_note(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	const FenceSeen seen = {
		.note = {.known = &pass->found.state.known,
			 .plan = &pass->found.report.last_plan,
			 .live = &pass->found.report.last_world.live,
			 .databases = daemon->health.items,
			 .n_databases = daemon->health.n_items},
		.world = &pass->found.report.last_world,
		.config_dir = pass->found.inputs.config_dir,
		.node = pass->found.inputs.wanted.self ? pass->found.inputs.wanted.self->id : 0,
	};
	Error err;

	if (!pass->found.report.has_plan || seen.node == 0 ||
	    !(found_is_caused_by(&pass->found, TRIGGER_PROBE)))
		return;
	/* Told by the next pass: what lasts was told already. */
	if (daemon_fence_note(pass->found.pool, pass->found.context.state_dir, &seen, &err) < 0)
		memcpy(daemon->memory_problem, err.text, sizeof(err.text));
}

void daemon_tell_end(DaemonPass *pass, const Error *err)
{
	const Report *report = &pass->found.report;

	daemon_notices_tell(pass);
	if (report->has_plan && (report->is_audit || report->is_paused))
		daemon_tell_changes(pass, &report->world.config, &report->plan);
	if (report->has_plan) {
		daemon_memory_entries(pass);
		daemon_contests_look(pass);
	} else {
		daemon_memory_unverified(pass);
	}
	daemon_conditions_tell(pass, err);
	fence_note(pass);
	daemon_sentence_make(pass);
}
