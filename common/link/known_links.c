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

bool known_links_any(const KnownLinks *known, const char *suffix)
{
	for (size_t i = 0; i < known->n_items; i++)
		if (strcmp(known->items[i].suffix, suffix) == 0)
			return true;
	return false;
}

bool known_links_equal(const KnownLinks *one, const KnownLinks *other)
{
	if (one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (!is_link(&one->items[i], other->items[i].suffix, other->items[i].peer_id) ||
		    strcmp(one->items[i].identity, other->items[i].identity) != 0)
			return false;
	return true;
}

KnownLinks known_links_copy(Pool *pool, const KnownLinks *known)
{
	KnownLinks copy = {0};

	for (size_t i = 0; i < known->n_items; i++)
		POOL_PUSH(pool, copy.items, copy.n_items,
			  {.suffix = pool_strdup(pool, known->items[i].suffix),
			   .peer_id = known->items[i].peer_id,
			   .identity = pool_strdup(pool, known->items[i].identity)});
	return copy;
}
