/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/edits/daemon_contests.h"

#include "common/guard/guard_contested.h"

static bool has_contested(const ContestList *list)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].text)
			return true;
	return false;
}

/* A person's resume, or another peers.json, ended all contests. */
void daemon_contests_take(DaemonContests *contests, const Found *found)
{
	const ContestList *kept = &found->inputs.state.known.contests;

	contests->list = contests_copy(found->pool, kept, found->inputs.file.sha256);
	contests->was_contested = has_contested(&contests->list);
	/* What ended with another peers.json is taken out of the file, too. */
	contests->has_news = kept->n_items > contests->list.n_items;
}

void daemon_contests_written(DaemonContests *contests, const Found *found,
			     const PassAuthors *authors, const Plan *plan, const Applied *applied)
{
	const int64_t now_sec = found_realtime_sec(found);

	for (size_t i = 0; i < applied->n_done; i++) {
		POOL_PUSH(found->pool, contests->written, contests->n_written,
			  pool_strdup(found->pool, applied->done[i]->dn));
		contests_note_step(found->pool, &contests->list, plan, authors->of_plan,
				   applied->done[i], now_sec, found->context.holds_contested);
		contests->has_news |= authors->has_drift;
	}
}

Follow daemon_contests_look(DaemonContests *contests, const Found *found)
{
	ContestLook look = {
		.config = &found->report.last.world.config,
		.written = contests->written,
		.n_written = contests->n_written,
		.now_sec = found_realtime_sec(found),
	};
	Follow follow = {0};
	bool is_opened = false;

	if (!found->report.has_plan)
		return follow;
	contests_needed(found->pool, &found->report.last.plan, &look);
	contests->has_news |= contests_look(found->pool, &contests->list, &look, &is_opened);
	if (is_opened || has_contested(&contests->list) != contests->was_contested)
		wake_add(&follow.wakes, WAKE_CONTEST, found_now_usec(found));
	return follow;
}
