/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_H
#define SYNCWARD_LINKS_H

#include <stddef.h>

#include "common/base/pool.h"
#include "common/desired/desired.h"
#include "common/topology/relay_set.h"

/* Which node reads which in one database, according to peers.json. */
typedef struct Links {
	const DesiredDatabase *database;
	/* The nodes that hold it: providers, then hubs (both are relays), then the other consumers;
	 * each group in the file's order. */
	const Peer **nodes;
	size_t n_providers;
	size_t n_relays;
	size_t n_nodes;
	RelaySet *reads;  /* which nodes each of them reads, by position */
	RelaySet *by_log; /* those of them whose logs are read, for providers (links_log.h); else
			     NULL */
} Links;

/* The same on every node, whatever order its file has; arrays live in pool, peers are borrowed. */
Links links_make(Pool *pool, const Desired *desired, const DesiredDatabase *database);

/* The peer's position in nodes; n_nodes: it does not hold the database. */
size_t links_position(const Links *links, const Peer *peer);

#endif
