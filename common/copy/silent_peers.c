/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/silent_peers.h"

#include <string.h>

struct SilentPeer {
	const char *suffix;
	Content content;
};

const Content *silent_peers_find(SilentPeers *silent, size_t n, const char *suffix,
				 unsigned peer_id)
{
	for (size_t i = 0; i < n; i++) {
		const size_t at = (silent->next + i) % n;

		if (silent->items[at].content.peer_id != peer_id ||
		    strcmp(silent->items[at].suffix, suffix) != 0)
			continue;
		silent->next = at + 1;
		return &silent->items[at].content;
	}
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
