/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVING_H
#define SYNCWARD_LEAVING_H

#include "common/memory/memory.h"
#include "common/plan/plan.h"

/*
 * Taking this node out of the cluster. First every database is closed to clients (olcReadOnly,
 * which does not stop its consumers nor who reads from here), so that nothing is written behind the
 * last look; when a peer has everything, its consumers and the multi-provider flag go, in one
 * modify: slapd does not start with the flag and no consumer. With them goes what shuts a relay
 * that is cut off. Server ID, other limits, indices and access stay as they are: they harm nobody.
 * The overlay goes, where slapd can take it out: if the node comes back, what it reads first must
 * not go back to those that it is read from, or they take back what was deleted meanwhile.
 */
typedef struct LeavingDatabase {
	const LiveDatabase *live;
	const char *suffix;
	bool takes_overlay; /* syncprov can go: it is the only overlay, ours, and not on 2.4 */
	bool is_half_done;  /* that is all that is left of a `leave` that was interrupted */
} LeavingDatabase;

typedef struct Leaving {
	LeavingDatabase *databases;
	size_t n_databases;
	bool keeps_read_overlay; /* one would go, but for nodes that read there */
} Leaving;

/* The databases that replicate and that peers.json, or a pass before, names. */
Leaving leave_find(Pool *pool, const Desired *desired, const Known *known, const Live *live);

/* True when an overlay is among what goes. */
bool leave_takes_overlays(const Leaving *leaving);

/* Leaves the overlays where they are: a slapd that lets one go while nodes read there may die of it
 * (2.6.10: 1 of 24). */
void leave_keep_overlays(Leaving *leaving);

/* Adds what closes those that are not read-only yet. */
void leave_close(Pool *pool, const Leaving *leaving, Plan *plan);

/* Adds what undoes leave_close(). */
void leave_reopen(Pool *pool, const Leaving *leaving, Plan *plan);

/* Adds what ends their replication, but for the overlays; providers that policy.keep names stay. */
void leave_end(Pool *pool, const Leaving *leaving, const DesiredPolicy *policy, Plan *plan);

/* Adds the deletion of the overlays. It goes behind the links, and behind a look at who reads there
 * then: while something is written or read, slapd may die of it. */
void leave_end_overlays(Pool *pool, const Leaving *leaving, const DesiredPolicy *policy,
			Plan *plan);

/* Adds all that, for people to see: leaving is written in parts, with a look before each. */
void leave_show(Pool *pool, const Leaving *leaving, const DesiredPolicy *policy, Plan *plan);

/* True when the consumer is one that policy.keep names. */
bool leave_keeps(const DesiredPolicy *policy, const LiveConsumer *consumer);

/* What is still there, in a few words, when the server is looked at afterwards; NULL: all is gone.
 */
const char *leave_remains(const DesiredPolicy *policy, const Live *live,
			  const LeavingDatabase *database);

#endif
