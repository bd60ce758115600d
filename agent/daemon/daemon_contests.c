/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_internal.h"
#include "common/decide/guard_contested.h"

static bool has_contested(const ContestList *list)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].text)
			return true;
	return false;
}

/* What the state folder has: a person's resume, or another peers.json, ended all contests. */
void daemon_contests_take(DaemonPass *pass)
{
	const ContestList *kept = &pass->found.inputs.state.known.contests;

	pass->contests = contests_copy(pass->found.pool, kept, pass->found.inputs.file.sha256);
	pass->was_contested = has_contested(&pass->contests);
	/* What ended with another peers.json is taken out of the file, too. */
	pass->has_contest_news = kept->n_items > pass->contests.n_items;
}

void daemon_contests_written(DaemonPass *pass, const Plan *plan, const Applied *applied)
{
	const int64_t now_sec = found_realtime_sec(&pass->found);

	for (size_t i = 0; i < applied->n_done; i++) {
		POOL_PUSH(pass->found.pool, pass->written, pass->n_written,
			  pool_strdup(pass->found.pool, applied->done[i]->dn));
		contests_note_step(pass->found.pool, &pass->contests, plan, pass->attributions,
				   applied->done[i], now_sec, pass->found.context.holds_contested);
		pass->has_contest_news |= pass->has_drift;
	}
}

/* Behind the pass. What becomes contested or may be tried is planned anew at once. */
void daemon_contests_look(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	ContestLook look = {
		.config = &pass->found.report.last_world.config,
		.written = pass->written,
		.n_written = pass->n_written,
		.now_sec = daemon_realtime_sec(daemon),
	};
	bool is_opened = false;

	contests_needed(pass->found.pool, &pass->found.report.last_plan, &look);
	pass->has_contest_news |=
		contests_look(pass->found.pool, &pass->contests, &look, &is_opened);
	if (pass->has_contest_news)
		daemon_memory_contests(pass);
	if (is_opened || has_contested(&pass->contests) != pass->was_contested)
		wake_add(&pass->wakes, WAKE_CONTEST, daemon_now_usec(daemon));
}
