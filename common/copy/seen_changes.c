/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/seen_changes.h"

#include <string.h>

#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"

static bool is_stranger(const Content *here, const Content *peers, size_t n_peers, unsigned peer_id)
{
	for (size_t i = 0; i < n_peers; i++)
		if (peers[i].peer_id == peer_id)
			return copy_relation(here, &peers[i]).identity == COPY_IS_OTHER;
	return false;
}

static void seen_add(Pool *pool, SeenChanges *seen, const char *csn, unsigned peer_id)
{
	const int sid = csn_sid(csn);

	if (sid < 0)
		return;
	for (size_t i = 0; i < seen->n_items; i++) {
		SeenChange *item = &seen->items[i];

		if (csn_sid(item->csn) != sid)
			continue;
		if (strcmp(item->csn, csn) < 0)
			*item = (SeenChange){.csn = pool_strdup(pool, csn), .peer_id = peer_id};
		return;
	}
	POOL_PUSH(pool, seen->items, seen->n_items,
		  {.csn = pool_strdup(pool, csn), .peer_id = peer_id});
}

SeenChanges seen_changes_join(Pool *pool, const SeenChanges *before, const Content *here,
			      const Content *peers, size_t n_peers)
{
	SeenChanges seen = {0};

	for (size_t i = 0; i < before->n_items; i++)
		if (!is_stranger(here, peers, n_peers, before->items[i].peer_id))
			seen_add(pool, &seen, before->items[i].csn, before->items[i].peer_id);
	for (size_t i = 0; i < n_peers; i++) {
		const Content *peer = &peers[i];

		if (!content_has_data(peer) || copy_relation(here, peer).identity == COPY_IS_OTHER)
			continue;
		for (size_t j = 0; j < peer->n_context_csns; j++)
			seen_add(pool, &seen, peer->context_csns[j], peer->peer_id);
	}
	return seen;
}

SeenChanges seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here)
{
	SeenChanges missing = {0};

	for (size_t i = 0; i < seen->n_items; i++)
		if (!csn_covers(here->context_csns, here->n_context_csns, &seen->items[i].csn, 1))
			POOL_PUSH(pool, missing.items, missing.n_items, seen->items[i]);
	return missing;
}

const SeenChange *seen_change_of(const SeenChanges *seen, unsigned sid)
{
	for (size_t i = 0; i < seen->n_items; i++)
		if (csn_sid(seen->items[i].csn) == (int)sid)
			return &seen->items[i];
	return NULL;
}

bool seen_changes_equal(const SeenChanges *one, const SeenChanges *other)
{
	if (one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (one->items[i].peer_id != other->items[i].peer_id ||
		    strcmp(one->items[i].csn, other->items[i].csn) != 0)
			return false;
	return true;
}
