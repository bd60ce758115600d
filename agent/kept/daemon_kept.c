/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/kept/daemon_kept.h"

#include <string.h>

#include "agent/kept/daemon_fence.h"
#include "agent/state/state_told.h"
#include "agent/tell/history.h"

/* What one file could not take is not in it just because another could be written. */
static void note(DaemonKept *kept, KeptFile file, int result, const Error *err)
{
	char *problem = kept->problems[file];

	problem[0] = '\0';
	if (result < 0)
		memcpy(problem, err->text, sizeof(err->text));
}

static bool is_missing(const DaemonKept *kept, KeptFile file)
{
	return kept->problems[file][0] != '\0';
}

const char *daemon_kept_problem(const DaemonKept *kept)
{
	for (int file = 0; file < KEPT_FILE_COUNT; file++)
		if (is_missing(kept, (KeptFile)file))
			return kept->problems[file];
	return NULL;
}

/* At the start there is nothing to compare with what is read. */
DaemonKept daemon_kept_read(const char *state_dir, ConditionList *ret_told, EventList *ret_events)
{
	DaemonKept kept = {.seen_pool = pool_new(),
			   .views_pool = pool_new(),
			   .unwritten_pool = pool_new(),
			   .unwritten = ""};
	DaemonMemory memory = {0};
	Error err;

	note(&kept, KEPT_ENTRIES, state_read_daemon(kept.seen_pool, state_dir, &memory, &err),
	     &err);
	kept.seen = memory.seen;
	kept.seen_file = state_entries_identity(state_dir);
	*ret_told = memory.told;
	*ret_events = (EventList){0};
	for (size_t i = 0; i < memory.n_notices; i++)
		POOL_PUSH(kept.seen_pool, ret_events->items, ret_events->n_items,
			  ((Event){.kind = EVENT_STATE_TROUBLE, .text = memory.notices[i]}));
	return kept;
}

void daemon_kept_free(DaemonKept *kept)
{
	pool_free(kept->seen_pool);
	pool_free(kept->views_pool);
	pool_free(kept->unwritten_pool);
}

/* The pool that it is part of becomes our own. */
static void seen_take(DaemonKept *kept, Pool *pool, Seen seen)
{
	kept->seen = seen;
	pool_free(kept->seen_pool);
	kept->seen_pool = pool;
}

void daemon_kept_reread(DaemonKept *kept, Found *found)
{
	const char *state_dir = found->context.paths.state_dir;
	const FileIdentity now = state_entries_identity(state_dir);
	DaemonMemory memory = {0};
	Pool *pool;
	Error err;

	if (file_identity_equal(&now, &kept->seen_file))
		return;
	pool = pool_new();
	if (state_read_daemon(pool, state_dir, &memory, &err) < 0) {
		found_state_problem(found, &err);
		pool_free(pool);
		return;
	}
	seen_take(kept, pool, memory.seen);
	kept->seen_file = now;
}

static void seen_write(DaemonKept *kept, const char *state_dir, const Seen *seen)
{
	Error err;

	note(kept, KEPT_ENTRIES, state_write_entries(state_dir, seen, &err), &err);
	kept->seen_file = state_entries_identity(state_dir);
}

/* What cannot be appended waits, as long as the file could take it at all. */
static void history_write(DaemonKept *kept, const Found *found, const char *lines)
{
	Pool *pool = pool_new();
	const char *all = pool_printf(pool, "%s%s", kept->unwritten, lines);
	Error err;
	const int result =
		history_append_lines(found->context.paths.state_dir, found->lock >= 0, all, &err);

	note(kept, KEPT_HISTORY, result, &err);
	kept->unwritten = result < 0 && strlen(all) < HISTORY_MAX_BYTES ? all : "";
	pool_free(kept->unwritten_pool);
	kept->unwritten_pool = pool;
}

void daemon_kept_history(DaemonKept *kept, const Found *found, const EventList *corrections)
{
	const HistoryWriter writer = {
		.state_dir = found->context.paths.state_dir,
		.now_sec = found_realtime_sec(found),
		.context = &found->journal,
	};

	const char *lines = history_lines(found->pool, &writer, corrections);

	/* What waits is tried again once a pass, in its own place. */
	if (*lines)
		history_write(kept, found, lines);
}

void daemon_kept_again(DaemonKept *kept, const Found *found)
{
	if (is_missing(kept, KEPT_HISTORY) && found->lock >= 0)
		history_write(kept, found, "");
}

void daemon_kept_contests(DaemonKept *kept, const Found *found, const ContestList *contests,
			  bool has_news)
{
	Error err;

	if (has_news || is_missing(kept, KEPT_CONTESTS))
		note(kept, KEPT_CONTESTS,
		     state_write_contests(found->context.paths.state_dir, contests, &err), &err);
}

void daemon_kept_conditions(DaemonKept *kept, const Found *found, const ConditionList *now)
{
	Error err;

	if (!conditions_same(found->before.told, now) || is_missing(kept, KEPT_CONDITIONS))
		note(kept, KEPT_CONDITIONS,
		     state_write_conditions(found->context.paths.state_dir, now, &err), &err);
}

static void entries_seen(DaemonKept *kept, const Found *found, const WrittenEntries *sent)
{
	Pool *pool = pool_new();
	const Seen seen = seen_update(pool, &kept->seen, &found->report.last.world.config,
				      &found->report.last.plan, sent);

	/* Also what could not be kept before. */
	if (!seen_equal(&seen, &kept->seen) || is_missing(kept, KEPT_ENTRIES))
		seen_write(kept, found->context.paths.state_dir, &seen);
	seen_take(kept, pool, seen);
}

/* The look after the writes did not finish: their entryCSN is not known, and must not be taken for
 * somebody else's. */
static void entries_unverified(DaemonKept *kept, const Found *found, const WrittenEntries *sent)
{
	static const Tree unseen;
	Pool *pool;
	Seen seen;

	if (sent->n_items == 0)
		return;
	pool = pool_new();
	seen = seen_written(pool, &kept->seen, &unseen, sent);
	seen_write(kept, found->context.paths.state_dir, &seen);
	seen_take(kept, pool, seen);
}

void daemon_kept_entries(DaemonKept *kept, const Found *found, const WrittenEntries *sent)
{
	if (found->report.has_plan)
		entries_seen(kept, found, sent);
	else
		entries_unverified(kept, found, sent);
}

void daemon_kept_views(DaemonKept *kept, const Found *found)
{
	Pool *pool = pool_new();

	kept->views = reader_views_keep(pool, &kept->views, &found->report.views,
					found_realtime_sec(found));
	pool_free(kept->views_pool);
	kept->views_pool = pool;
}

static bool has_links(const Wanted *wanted)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		if (wanted->databases[i].n_consumers > 0)
			return true;
	return false;
}

static bool is_new(const Found *found, const char *suffix)
{
	return fence_note_is_new(&found->state.known, &found->report.last.world.live, suffix);
}

static bool one_is_new(const Found *found)
{
	const Wanted *wanted = found->report.last.plan.wanted;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++)
		if (is_new(found, wanted->databases[i].desired->suffix))
			return true;
	return false;
}

/* A node that reads nobody makes no rounds of probes, and the next round is late for what is new:
 * what is here is looked at for this alone. What is not looked at stays as it was noted. */
static size_t own_look(const Found *found, bool is_lone, DatabaseHealth **ret)
{
	const Wanted *wanted = found->report.last.plan.wanted;
	size_t n = 0;

	*ret = NULL;
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const Content here = is_lone || is_new(found, suffix)
					     ? world_content_here(found->directory, found->pool,
								  &found->report.last.world, suffix)
					     : (Content){0};

		POOL_PUSH(found->pool, *ret, n,
			  {.suffix = suffix,
			   .here = {.is_current = here.state == CONTENT_READ,
				    .has_suffix = here.entry.exists,
				    .csns = here.context_csns,
				    .n_csns = here.n_context_csns}});
	}
	return n;
}

void daemon_kept_databases(DaemonKept *kept, const Found *found, const DatabaseHealth *databases,
			   size_t n_databases)
{
	const bool is_lone =
		found->report.last.plan.wanted && !has_links(found->report.last.plan.wanted);
	const bool is_asked = !is_lone && found_is_caused_by(found, TRIGGER_PROBE);
	const bool looks = found->report.has_plan && (is_lone || (!is_asked && one_is_new(found)));
	DatabaseHealth *own = NULL;
	const size_t n_own = looks ? own_look(found, is_lone, &own) : 0;
	const FenceSeen seen = {
		.note = {.known = &found->state.known,
			 .plan = &found->report.last.plan,
			 .live = &found->report.last.world.live,
			 .facts = &found->report.last.world.facts,
			 .databases = looks ? own : databases,
			 .n_databases = looks ? n_own : n_databases},
		.world = &found->report.last.world,
		.config_dir = found->inputs.config_dir,
		.node = found->inputs.wanted.self ? found->inputs.wanted.self->id : 0,
	};
	Error err;
	int result;

	if (!found->report.has_plan || seen.node == 0 || !(looks ? n_own > 0 : is_asked))
		return;
	/* Reported by the next pass: what lasts was reported already. */
	result = daemon_fence_note(found->pool, found->context.paths.state_dir, &seen, &err);
	note(kept, KEPT_DATABASES, result, &err);
}
