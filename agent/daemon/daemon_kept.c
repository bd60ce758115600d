/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/daemon/daemon_internal.h"
#include "agent/pass/server_id_back.h"
#include "agent/state/history.h"
#include "agent/state/state_told.h"

/* What cannot be kept is told; it stops nothing: the intent could be written, or nothing is. */
static void kept(Daemon *daemon, int result, const Error *err)
{
	daemon->memory_problem[0] = '\0';
	if (result < 0)
		memcpy(daemon->memory_problem, err->text, sizeof(err->text));
}

/* At the start there is nothing to compare with what is read. */
void daemon_memory_read(Daemon *daemon)
{
	const JournalContext journal = {.trigger = "start"};
	DaemonMemory memory = {0};
	Error err;

	kept(daemon,
	     state_read_daemon(daemon->seen_pool, daemon->site.context.state_dir, &memory, &err),
	     &err);
	daemon->seen = memory.seen;
	daemon->told = conditions_copy(daemon->told_pool, &memory.told);
	for (size_t i = 0; i < memory.n_notices; i++)
		journal_tell(&journal,
			     &(Event){.kind = EVENT_STATE_TROUBLE, .text = memory.notices[i]});
}

void daemon_memory_keep(DaemonPass *pass, const EventList *corrections)
{
	const HistoryWriter writer = {
		.state_dir = pass->found.context.state_dir,
		.by = "run",
		.now_sec = found_realtime_sec(&pass->found),
		.context = &pass->found.journal,
	};
	Error err;

	kept(pass->daemon, history_append(&writer, corrections, &err), &err);
}

void daemon_memory_entries(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();
	const Seen seen = seen_update(pool, &daemon->seen, &pass->found.report.last_world.config,
				      &pass->found.report.last_plan);
	Error err;

	/* Also what could not be kept before. */
	if (!seen_equal(&seen, &daemon->seen) || *daemon->memory_problem)
		kept(daemon, state_write_entries(pass->found.context.state_dir, &seen, &err), &err);
	daemon->seen = seen;
	pool_free(daemon->seen_pool);
	daemon->seen_pool = pool;
}

void daemon_memory_sent(DaemonPass *pass, const Applied *applied)
{
	for (size_t i = 0; i < applied->n_done; i++)
		POOL_PUSH(pass->found.pool, pass->sent, pass->n_sent,
			  pool_strdup(pass->found.pool, applied->done[i]->dn));
	if (applied->stopped_at)
		POOL_PUSH(pass->found.pool, pass->sent, pass->n_sent,
			  pool_strdup(pass->found.pool, applied->stopped_at->dn));
}

/* The look behind the writes did not come to its end: their entryCSN is not known, and must not be
 * taken for somebody else's. */
void daemon_memory_unverified(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Pool *pool;
	Error err;

	if (pass->n_sent == 0)
		return;
	pool = pool_new();
	daemon->seen = seen_without(pool, &daemon->seen, pass->sent, pass->n_sent);
	kept(daemon, state_write_entries(pass->found.context.state_dir, &daemon->seen, &err), &err);
	pool_free(daemon->seen_pool);
	daemon->seen_pool = pool;
}

void daemon_memory_contests(DaemonPass *pass)
{
	Error err;

	kept(pass->daemon,
	     state_write_contests(pass->found.context.state_dir, &pass->contests, &err), &err);
}

void daemon_memory_conditions(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();
	Error err;

	if (!conditions_same(&daemon->told, &pass->now) || *daemon->memory_problem)
		kept(daemon,
		     state_write_conditions(pass->found.context.state_dir, &pass->now, &err), &err);
	daemon->told = conditions_copy(pool, &pass->now);
	pool_free(daemon->told_pool);
	daemon->told_pool = pool;
}

int daemon_heal_end(DaemonPass *pass, Error *err)
{
	EventList events;
	const int result = server_id_bring_back(pass->found.pool, pass->found.context.state_dir,
						pass->found.state.known.heal, pass->found.directory,
						&events, err);

	daemon_tell_all(pass, &events);
	daemon_memory_keep(pass, &events);
	return result;
}

void daemon_memory_views(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();

	daemon->views = reader_views_keep(pool, &daemon->views, &pass->found.report.views,
					  daemon_realtime_sec(daemon));
	pool_free(daemon->views_pool);
	daemon->views_pool = pool;
}
