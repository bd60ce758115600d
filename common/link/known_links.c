/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/known_links.h"

#include <string.h>

static bool is_link(const KnownLink *link, const char *suffix, unsigned peer_id)
{
	return link->peer_id == peer_id && strcmp(link->suffix, suffix) == 0;
}

const KnownLink *known_link_next(const KnownLinks *known, const char *suffix, unsigned peer_id,
				 size_t *position)
{
	for (size_t n = 0; n < known->n_items; n++) {
		const size_t i = (*position + n) % known->n_items;

		if (is_link(&known->items[i], suffix, peer_id)) {
			*position = i + 1;
			return &known->items[i];
		}
	}
	return NULL;
}

bool known_link_is(const KnownLinks *known, const char *suffix, unsigned peer_id,
		   const char *identity)
{
	size_t position = 0;
	const KnownLink *link = known_link_next(known, suffix, peer_id, &position);

	return link && strcmp(link->identity, identity) == 0;
}
