/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEALING_H
#define SYNCWARD_HEALING_H

#include "common/entries/old_entries.h"
#include "common/plan/plan.h"

/*
 * `syncward heal` writes contextCSN of a database under a server ID that entries carry and
 * contextCSN lacks: mostly 0, of entries from before the server ID. For some milliseconds this node
 * then has that server ID, and its clients' writes carry it. Two nodes that did so at once could
 * each drop a client's change of the other ("csn not new enough"), so only one ever may: the
 * provider with the lowest id. What stands here says why it must not be done now.
 */

typedef struct HealHold {
	const char *code;    /* "turn", "pending", ...: as syncward(8) lists them */
	const char *text;    /* what is wrong, and what follows */
	const char *release; /* the command that ends it, or an instruction */
} HealHold;

typedef struct HealHolds {
	HealHold *items;
	size_t n_items;
} HealHolds;

/* The peer that heals the database: of all that hold it, the one with the lowest id. */
const Peer *healing_peer(const Wanted *wanted, const WantedDatabase *database);

/* What old entries mean, and which node heals them how: for people. */
const char *healing_advice(Pool *pool, const Wanted *wanted, const WantedDatabase *database,
			   unsigned sid);

/* What the plan says against it: something of this database or of the server is held, is still to
 * be written, or is critical. */
void healing_judge_plan(Pool *pool, const Plan *plan, const char *suffix, HealHolds *ret);

/* Who heals it, and which of the old server IDs cannot be healed here: that of another peer is
 * written by a touch there; one that no peer has is not known to be unused. */
void healing_judge_sids(Pool *pool, const Wanted *wanted, const WantedDatabase *database,
			const SidList *old, HealHolds *ret);

/* The newest entryCSN of the server ID must be older than what slapd writes now: now_sec is of this
 * machine's clock, which slapd takes too. */
void healing_judge_clock(Pool *pool, const char *newest_csn, int64_t now_sec, HealHolds *ret);

void heal_hold_add(Pool *pool, HealHolds *holds, const char *code, const char *text,
		   const char *release);

#endif
