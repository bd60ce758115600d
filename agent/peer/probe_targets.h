/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_TARGETS_H
#define SYNCWARD_PROBE_TARGETS_H

#include "agent/peer/lockout.h"
#include "agent/peer/probe_round.h"
#include "common/link/link_probes.h"

/* A link to a peer, or to a server that is none of them and gets a number; both are borrowed.
 * secret as in ProbeTarget. */
ProbeTarget probe_target(const Syncrepl *link, const char *suffix, const Peer *peer,
			 const char *secret);
ProbeTarget probe_target_numbered(const Syncrepl *link, const char *suffix, unsigned number);

/* The same of a wanted link, with the TLS settings that slapd would add. In the pool. */
ProbeTarget probe_target_wanted(Pool *pool, const WantedDatabase *wanted,
				const WantedConsumer *consumer, const Entry *global);

/* The links of one round of probes. Everything is copied into the pool: a round may outlive the
 * pass that asks for it. */
typedef struct LinkRound {
	Pool *pool;
	Lockout lockout;
	ProbeTarget *targets;
	size_t n_targets;
	LinkProbes links;     /* of the targets, in their order; without answers */
	LinkProbes withheld;  /* answers to those that must not be tried now */
	const Syncrepl *last; /* of the target before: the next is mostly the same */
} LinkRound;

/* An empty round; what sight points to must outlive the adding of links. */
LinkRound link_round_new(Pool *pool, Directory *directory, const PasswordSight *sight);

/* Adds a link, or the answer that its password is not to be sent. */
void link_round_add(LinkRound *round, const WantedDatabase *wanted, const WantedConsumer *consumer);

/* Does not ask again: the answer that there is holds. */
void link_round_keep(LinkRound *round, const LinkProbe *answer);

/* The same, and what it sees is compared with what the former link sees; NULL: it is not. */
void link_round_add_compared(LinkRound *round, const WantedDatabase *wanted,
			     const WantedConsumer *consumer, const LiveConsumer *former);

#endif
