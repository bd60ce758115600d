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
	const ContestList *kept = &pass->inputs.state.known.contests;

	pass->contests = contests_copy(pass->pool, kept, pass->inputs.file.sha256);
	pass->was_contested = has_contested(&pass->contests);
	/* What ended with another peers.json is taken out of the file, too. */
	pass->has_contest_news = kept->n_items > pass->contests.n_items;
}

void daemon_contests_written(DaemonPass *pass, const Plan *plan, const Applied *applied)
{
	const int64_t now_sec = daemon_realtime_sec(pass->daemon);

	for (size_t i = 0; i < applied->n_done; i++) {
		POOL_PUSH(pass->pool, pass->written, pass->n_written,
			  pool_strdup(pass->pool, applied->done[i]->dn));
		contests_note_step(pass->pool, &pass->contests, plan, pass->attributions,
				   applied->done[i], now_sec, pass->context.holds_contested);
		pass->has_contest_news |= pass->has_drift;
	}
}

/* Behind the pass. What becomes contested or may be tried is planned anew at once. */
void daemon_contests_look(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	ContestLook look = {
		.config = &pass->report.last_world.config,
		.written = pass->written,
		.n_written = pass->n_written,
		.now_sec = daemon_realtime_sec(daemon),
	};
	bool is_opened = false;

	contests_needed(pass->pool, &pass->report.last_plan, &look);
	pass->has_contest_news |= contests_look(pass->pool, &pass->contests, &look, &is_opened);
	if (pass->has_contest_news)
		daemon_memory_contests(pass);
	if (is_opened || has_contested(&pass->contests) != pass->was_contested)
		wake_add(&pass->wakes, WAKE_CONTEST, daemon_now_usec(daemon));
}
