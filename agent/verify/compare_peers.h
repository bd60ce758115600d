/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_PEERS_H
#define SYNCWARD_COMPARE_PEERS_H

#include "agent/look/look.h"
#include "agent/verify/compare_options.h"
#include "common/copy/copy.h"

/* A peer that is to be compared with. */
typedef struct ComparePeer {
	const Peer *peer;
	Syncrepl link;          /* how this node reads it */
	Content content;        /* what it answered, before anything else is read */
	const char *is_another; /* why it is, or may be, a server that counts already, this node or
				   another peer: equal copies prove nothing then. NULL: nothing
				   says so */
} ComparePeer;

/* Those of one database. */
typedef struct ComparePeers {
	const WantedDatabase *wanted;
	ComparePeer *items;
	size_t n_items;
} ComparePeers;

/*
 * Asks the peers of all databases at once, those that the options let be compared. A password that
 * was refused, now or before, is sent to no other unless a link was seen to work with it; what is
 * refused now goes to world->refusals. Never fails: the contents say who cannot be read, and why.
 * Returns an array in the pool.
 */
ComparePeers *compare_peers_ask(Pool *pool, const CompareOptions *options, const Wanted *wanted,
				World *world, size_t *ret_n);

/* True when it can be compared with. */
bool compare_peer_answers(const ComparePeer *peer);

/* Why not, for people; in the pool. */
const char *compare_peer_problem(Pool *pool, const ComparePeer *peer, const char *suffix);

#endif
