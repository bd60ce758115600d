/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/peer_ids.h"

#include <string.h>

bool peer_ids_have(const PeerIds *ids, unsigned peer_id)
{
	for (size_t i = 0; i < ids->n_items; i++)
		if (ids->items[i] == peer_id)
			return true;
	return false;
}

bool peer_ids_equal(const PeerIds *one, const PeerIds *other)
{
	return one->n_items == other->n_items &&
	       (one->n_items == 0 ||
		memcmp(one->items, other->items, one->n_items * sizeof(*one->items)) == 0);
}
