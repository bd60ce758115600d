/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/healing.h"
#include "common/remedies/remedies.h"

#include <string.h>

#include "common/copy/lag.h"
#include "common/plan/plan_changes.h"
#include "common/plan/release_line.h"

void heal_hold_add(Pool *pool, HealHolds *holds, const char *code, const char *text,
		   const char *release)
{
	POOL_PUSH(pool, holds->items, holds->n_items,
		  {.code = code, .text = text, .release = release});
}

const Peer *healing_peer(const Wanted *wanted, const WantedDatabase *database)
{
	const Peer *first = wanted->self;

	/* A consumer writes under no server ID, hub or not. */
	for (size_t i = 0; i < database->n_consumers + database->n_others; i++) {
		const Peer *peer = database->consumers[i].peer;

		if (!peer_is_consumer(peer) && (peer_is_consumer(first) || peer->id < first->id))
			first = peer;
	}
	return first;
}

const char *healing_advice(Pool *pool, const Wanted *wanted, const WantedDatabase *database,
			   unsigned sid)
{
	const Peer *peer = healing_peer(wanted, database);
	const char *where = "";

	if (sid == 0 && peer != wanted->self)
		where = pool_printf(pool, " (at peer %u, %s)", peer->id, peer->uri);
	return pool_printf(
		pool,
		"%s has entries with server ID %u, which its contextCSN lacks, or has older: one that "
		"is deleted while a peer is away stays there for good. `%s` counts them, `%s`%s "
		"mends it",
		database->desired->suffix, sid, remedy_text(REMEDY_DOCTOR),
		remedy_text(REMEDY_HEAL), where);
}

/* --- the plan --- */

static void judge_holds(Pool *pool, const PlanHolds *holds, const char *suffix, HealHolds *ret)
{
	const Hold *hold;

	for (size_t at = 0; (hold = hold_next_told(holds, suffix, &at));)
		heal_hold_add(
			pool, ret, "pending",
			pool_printf(pool, "%s is held: %s", guard_code(hold->guard), hold->text),
			hold_release_line(pool, hold));
}

static bool is_to_be_written(const Plan *plan, const char *suffix)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_told(plan, suffix, &at));)
		if (!change->is_held)
			return true;
	return false;
}

void healing_judge_plan(Pool *pool, const Plan *plan, const char *suffix, HealHolds *ret)
{
	const Finding *finding;

	judge_holds(pool, &plan->held, NULL, ret);
	judge_holds(pool, &plan->held, suffix, ret);
	if (is_to_be_written(plan, NULL) || is_to_be_written(plan, suffix))
		heal_hold_add(pool, ret, "pending", "this node is not yet as peers.json says",
			      remedy_text(REMEDY_APPLY));
	for (size_t at = 0; (finding = finding_next_about(plan, suffix, &at));)
		if (finding->severity == SEVERITY_CRITICAL &&
		    strcmp(finding->code, "old-entries") != 0)
			heal_hold_add(pool, ret, "pending",
				      pool_printf(pool, "%s: %s", finding->code, finding->text),
				      remedy_text(REMEDY_PLAN));
}

/* --- server IDs --- */

static const Peer *peer_of(const WantedDatabase *database, unsigned sid)
{
	for (size_t i = 0; i < database->n_consumers + database->n_others; i++)
		if (database->consumers[i].peer->id == sid)
			return database->consumers[i].peer;
	return NULL;
}

static void judge_other(Pool *pool, const WantedDatabase *database, unsigned sid, HealHolds *ret)
{
	const Peer *peer = peer_of(database, sid);

	if (peer)
		heal_hold_add(pool, ret, "other-id",
			      pool_printf(pool,
					  "entries carry server ID %u, which is that of peer %u, "
					  "%s: that peer writes contextCSN of its own, when there "
					  "somebody runs",
					  sid, sid, peer->uri),
			      remedy_text(REMEDY_HEAL));
	else
		heal_hold_add(
			pool, ret, "other-id",
			pool_printf(pool,
				    "entries carry server ID %u, which is no peer's and not in "
				    "contextCSN: a server that has it and is not in peers.json "
				    "would lose changes if this node wrote under it",
				    sid),
			remedy_fill(pool, REMEDY_HEAL_STRANGE_ID, pool_printf(pool, "%03x", sid)));
}

void healing_judge_sids(Pool *pool, const Wanted *wanted, const WantedDatabase *database,
			const SidList *old, HealHolds *ret)
{
	const Peer *peer = healing_peer(wanted, database);

	for (size_t i = 0; i < old->n_items; i++)
		if (old->items[i] != 0 && old->items[i] != wanted->self->id)
			judge_other(pool, database, old->items[i], ret);
	if (sid_list_has(old, 0) && peer != wanted->self)
		heal_hold_add(pool, ret, "turn",
			      pool_printf(pool,
					  "one node heals a database, and for this one it is peer "
					  "%u, %s, whose id is the lowest: there",
					  peer->id, peer->uri),
			      remedy_text(REMEDY_HEAL));
}

void healing_judge_clock(Pool *pool, const char *newest_csn, int64_t now_sec, HealHolds *ret)
{
	const int64_t newest_msec = csn_msec(newest_csn);

	if (newest_msec < 0 || newest_msec / 1000 <= now_sec)
		return;
	heal_hold_add(
		pool, ret, "clock",
		pool_printf(pool,
			    "an old entry was written at %.14sZ, which is in the future by "
			    "this machine's clock: contextCSN would be older than the entry, which "
			    "(entryCSN=%s) finds",
			    newest_csn, newest_csn),
		remedy_text(REMEDY_HEAL_CLOCK));
}
