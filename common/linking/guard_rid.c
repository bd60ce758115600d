/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/guard_rid.h"

#include <string.h>

#include "common/draft/diff.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/* slapd takes two consumers with one rid in a database and mixes them up: nothing may get the rid
 * of a value that stays. */

#define RID_MAX 999

/* One database's live values by the rid they will still have after the plan. */
typedef struct Rids {
	Diff *diff;
	const DatabasePlan *database;
	const LiveConsumer *stays[RID_MAX + 1];
} Rids;

static void find_staying(Rids *rids)
{
	const LiveDatabase *live = rids->database->live;
	const Change *change;
	AUTO(Pool) *scratch = pool_new();
	bool *goes = pool_alloc(scratch, live->n_consumers + 1);

	for (size_t at = 0; (change = change_next_free(rids->diff->plan, rids->database,
						       CHANGES_OF_LIVE_LINK, &at));)
		goes[change->consumer.live - live->consumers] = true;
	memset(rids->stays, 0, sizeof(rids->stays));
	for (size_t i = 0; i < live->n_consumers; i++)
		if (!goes[i] && live->consumers[i].rid >= 0 && !live->consumers[i].is_self)
			rids->stays[live->consumers[i].rid] = &live->consumers[i];
}

/* The highest "rid" of a peer that clashes with nothing in this database. */
static unsigned free_rid(const Rids *rids)
{
	const WantedDatabase *wanted = rids->database->wanted;
	const LiveDatabase *live = rids->database->live;
	unsigned offset = wanted->desired->rid_offset;
	bool is_taken[RID_MAX + 1] = {false};
	unsigned rid = RID_MAX;

	for (size_t i = 0; i < live->n_consumers; i++)
		if (live->consumers[i].rid >= 0)
			is_taken[live->consumers[i].rid] = true;
	for (size_t i = 0; i < wanted->n_consumers; i++)
		is_taken[wanted->consumers[i].rid] = true;
	while (rid > offset && is_taken[rid])
		rid--;
	return rid - offset;
}

static void hold_rid(const Rids *rids, Change *change, const LiveConsumer *stays)
{
	Pool *pool = rids->diff->pool;
	const Peer *peer = change->consumer.wanted->peer;
	const char *number = pool_printf(pool, "%u", free_rid(rids));
	const char *line = remedy_fill(pool, REMEDY_PEER_RID, number);

	plan_hold(
		pool, rids->diff->plan, change,
		(Hold){
			.guard = GUARD_RID_CLASH,
			.suffix = change->suffix,
			.text = pool_printf(
				pool,
				"%s would get rid %03d, which %s still has and keeps: give peer %u its own "
				"number in peers.json, for example",
				peer->uri, change->consumer.wanted->rid,
				stays->syncrepl.value[SYNCREPL_PROVIDER], peer->id),
			.release = line,
		});
}

/* Returns true when it held something. */
static bool hold_clashes(const Rids *rids)
{
	bool has_held = false;
	Change *change;

	for (size_t at = 0;
	     (change = change_next_free(rids->diff->plan, rids->database, CHANGES_TO_LINK, &at));) {
		if (!rids->stays[change->consumer.wanted->rid])
			continue;
		hold_rid(rids, change, rids->stays[change->consumer.wanted->rid]);
		has_held = true;
	}
	return has_held;
}

void guard_rids(Diff *diff)
{
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++) {
		Rids rids = {.diff = diff, .database = &diff->plan->databases[i]};

		if (!rids.database->live)
			continue;
		/* A held edit keeps its old rid, which another may have wanted. */
		do
			find_staying(&rids);
		while (hold_clashes(&rids));
	}
}
