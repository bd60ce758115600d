/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/met_peers.h"

#include "common/copy/copy_relation.h"

static bool was_told(const Content *peers, size_t n_peers, unsigned peer_id)
{
	for (size_t i = 0; i < n_peers; i++)
		if (peers[i].peer_id == peer_id)
			return peers[i].state == CONTENT_READ;
	return false;
}

PeerIds met_peers_join(Pool *pool, const PeerIds *before, const Content *here, const Content *peers,
		       size_t n_peers)
{
	PeerIds met = {0};

	for (size_t i = 0; i < before->n_items; i++)
		if (!was_told(peers, n_peers, before->items[i]))
			POOL_PUSH(pool, met.items, met.n_items, before->items[i]);
	for (size_t i = 0; i < n_peers; i++)
		if (content_has_data(&peers[i]) &&
		    copy_relation(here, &peers[i]).identity != COPY_IS_OTHER)
			POOL_PUSH(pool, met.items, met.n_items, peers[i].peer_id);
	return met;
}
