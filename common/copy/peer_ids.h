/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PEER_IDS_H
#define SYNCWARD_PEER_IDS_H

#include <stdbool.h>
#include <stddef.h>

/* Some peers, by their ids in peers.json. */
typedef struct PeerIds {
	unsigned *items;
	size_t n_items;
} PeerIds;

bool peer_ids_have(const PeerIds *ids, unsigned peer_id);

/* True when they are the same in the same order. */
bool peer_ids_equal(const PeerIds *one, const PeerIds *other);

#endif
