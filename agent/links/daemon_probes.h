/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_PROBES_H
#define SYNCWARD_DAEMON_PROBES_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "agent/peer/probe_round.h"
#include "common/link/link_probes.h"
#include "common/link/turn.h"

/*
 * Probes of the daemon's links, made outside its passes: one round at a time, of what a change
 * needs to know, or of all links when their interval is over. A pass never waits for it; the end of
 * a round is a reason for a pass.
 */
typedef struct DaemonProbes {
	Pool *round_pool;
	ProbeRound *round;      /* NULL: none runs */
	LinkProbes running;     /* its links, in their order; their probes are empty yet */
	bool is_needed;         /* a change waits for it */
	unsigned long n_rounds; /* that began */
	Pool *pool;
	LinkProbes done; /* the last probe of each link */
	Pool *refusals_pool;
	ProbeRefusals refusals; /* of binds in past rounds, for the next pass to keep */
	uint64_t due_usec;      /* the next round of all links, on the monotonic clock */
	bool is_hurried;        /* a pass waits for it */
	Turn turn;              /* to send passwords: nodes before this one go first */
} DaemonProbes;

/* Ends a round that runs. */
void daemon_probes_free(DaemonProbes *probes);

/* Readable while a round runs and there is something to do; -1: none runs. */
int daemon_probes_fd(const DaemonProbes *probes);

/* Does it without waiting; true when the round is over and its answers are among those done. */
bool daemon_probes_process(DaemonProbes *probes, const Clock *clock);

/* What waits for another answer of a peer, or until this node has caught up with one: each pass
 * looks. */
size_t daemon_probes_count_awaited(const Found *found);

/* What was refused to this node goes to what the pass knows, and to the state folder. */
void daemon_probes_take(DaemonProbes *probes, Found *found);

/* Begins a round when one is due: of the links that somebody asks about or that a change waits for,
 * or of all. The pass's last look, because it must know what all others ask for. */
Follow daemon_probes_look(DaemonProbes *probes, const Found *found, const Asks *asks);

#endif
