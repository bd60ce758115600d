/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/silent_peers.h"

#include <string.h>

struct SilentPeer {
	const char *suffix;
	Content content;
};

const Content *silent_peers_find(const SilentPeers *silent, size_t n, const char *suffix,
				 unsigned peer_id)
{
	for (size_t i = 0; i < n; i++)
		if (silent->items[i].content.peer_id == peer_id &&
		    strcmp(silent->items[i].suffix, suffix) == 0)
			return &silent->items[i].content;
	return NULL;
}

void silent_peers_add(SilentPeers *silent, const char *suffix, const Content *content)
{
	if (content->state != CONTENT_UNREACHABLE)
		return;
	POOL_PUSH(silent->pool, silent->items, silent->n_items,
		  {.suffix = pool_strdup(silent->pool, suffix),
		   .content = {.peer_id = content->peer_id,
			       .state = content->state,
			       .lacks_database = content->lacks_database,
			       .nobody_listens = content->nobody_listens,
			       .problem = pool_strdup(silent->pool, content->problem)}});
}
