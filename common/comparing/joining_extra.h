/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_EXTRA_H
#define SYNCWARD_JOINING_EXTRA_H

#include "common/comparing/joining_copies.h"

/* True when it must be known before this database is taken for complete. */
bool joining_asks_extra(const Joining *joining);

/*
 * The peer with which the copy here is compared: one of which everything is here, if possible a
 * provider, for another joining node may keep the same entries. NULL: there is none. What answers
 * under a name of our own is no other copy.
 */
const Content *joining_extra_peer(const Live *live, const WantedDatabase *wanted,
				  const DatabaseFacts *facts);

/* Everything is here: is anything here that a peer deleted? NULL: no, or nobody has to know. Notes
 * what must be looked at first. */
const Hold *joining_judge_extra(const Joining *joining);

/*
 * True when that database is let go by what an earlier pass saw of its entries alone, and that must
 * be looked at again: it would open, or be remembered as complete. writes: what the plan says is
 * done; what the fence closed opens without that, too (openings.h).
 */
bool joining_needs_afresh(const Plan *plan, const Known *known, const DatabaseFacts *facts,
			  bool writes);

/*
 * Where something is: has those links read at intervals of seconds that stay connected otherwise,
 * until nothing is, or until a refresh is over where much is changed. A consumer that reconnects
 * after a change is told by slapd what is no longer there. of_live as in joining_hold_links();
 * behind: what holds a database that lacks changes, NULL: nothing does.
 */
void joining_read_again(const Joining *joining, const WantedConsumer *const *of_live,
			const Hold *behind);

#endif
