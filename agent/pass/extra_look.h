/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EXTRA_LOOK_H
#define SYNCWARD_EXTRA_LOOK_H

#include "agent/slapd/directory.h"
#include "common/decide/plan_input.h"
#include "common/link/password_gate.h"
#include "common/plan/plan.h"

/*
 * Reads entryUUID and entryCSN of all entries here, as root over ldapi or as the link's account,
 * whoever surely sees all, then at a peer of which everything is here (joining_extra_peer()): what
 * only this node has although that one had it. Never fails: what was not seen to the end is not
 * known, and says why. Takes 32 bytes an entry and, where the directory's budget has an end, a
 * share of 25 s at most: needs are this database's and those that come behind it. A password that
 * is among the refusals is not sent; one that is refused here comes to them. Texts are the pool's.
 */
CopyExtra extra_look(Directory *directory, Pool *pool, const Live *live, const Need *needs,
		     size_t n_needs, const DatabaseFacts *facts, ProbeRefusals *refusals);

#endif
