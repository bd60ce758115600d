/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/daemon/daemon_internal.h"
#include "agent/pass/server_id_back.h"
#include "common/base/buf.h"
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

void daemon_tell_again(DaemonPass *pass, const Event *event)
{
	pass->daemon->status.counters.events[event->kind]++;
	journal_repeat(event);
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
		.operator= {.command = "run"},
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

void daemon_tell_changes(DaemonPass *pass, const Tree *config, const Plan *plan)
{
	const EventList events =
		daemon_authors_look(&pass->authors, &pass->found,
				    &(AuthorsLook){.plan = plan,
						   .config = config,
						   .seen = &pass->daemon->kept.seen,
						   .contests = &pass->contests.list});

	daemon_tell_all(pass, &events);
	daemon_kept_history(&pass->daemon->kept, &pass->found, &events);
}

/* --- writes --- */

void daemon_tell_intent(DaemonPass *pass, const Plan *plan)
{
	const EventList events =
		corrections_intended(pass->found.pool, plan, pass->authors.of_plan);

	daemon_tell_all(pass, &events);
	daemon_kept_history(&pass->daemon->kept, &pass->found, &events);
}

void daemon_tell_outcome(DaemonPass *pass, const Plan *plan, const Applied *applied,
			 const Error *err)
{
	EventList events =
		corrections_done(pass->found.pool, plan, pass->authors.of_plan, applied, err);

	corrections_took(&events,
			 (int64_t)(found_now_usec(&pass->found) - pass->write_started_usec));
	daemon_tell_all(pass, &events);
	daemon_kept_history(&pass->daemon->kept, &pass->found, &events);
}

int daemon_heal_end(DaemonPass *pass, Error *err)
{
	EventList events;
	const int result = server_id_bring_back(pass->found.pool, pass->found.context.state_dir,
						pass->found.state.known.heal, pass->found.directory,
						&events, err);

	for (size_t i = 0; i < events.n_items; i++)
		POOL_PUSH(pass->found.pool, pass->sent.dns, pass->sent.n_dns, events.items[i].dn);
	daemon_tell_all(pass, &events);
	daemon_kept_history(&pass->daemon->kept, &pass->found, &events);
	return result;
}

void daemon_follow(DaemonPass *pass, Follow follow)
{
	follow_add(pass->found.pool, &pass->follow, &follow);
	daemon_tell_all(pass, &follow.events);
}

static void contests_end(DaemonPass *pass)
{
	const Follow follow = daemon_contests_look(&pass->contests, &pass->found);

	if (pass->contests.has_news)
		daemon_kept_contests(&pass->daemon->kept, &pass->found, &pass->contests.list);
	daemon_follow(pass, follow);
}

void daemon_tell_end(DaemonPass *pass, const Error *err)
{
	const Report *report = &pass->found.report;

	daemon_notices_tell(pass);
	if (report->has_plan && (report->is_audit || report->is_paused))
		daemon_tell_changes(pass, &report->world.config, &report->plan);
	daemon_kept_entries(&pass->daemon->kept, &pass->found, &pass->sent);
	if (report->has_plan)
		contests_end(pass);
	daemon_conditions_tell(pass, err);
	daemon_kept_databases(&pass->daemon->kept, &pass->found, pass->daemon->health.items,
			      pass->daemon->health.n_items);
	daemon_sentence_make(pass);
}
