/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_KNOWN_LINKS_H
#define SYNCWARD_KNOWN_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/* A link as it was last seen to work. */
typedef struct KnownLink {
	const char *suffix;
	unsigned peer_id;
	const char *identity; /* link_identity() */
} KnownLink;

typedef struct KnownLinks {
	KnownLink *items;
	size_t n_items;
} KnownLinks;

/* What is remembered of the link to that peer; NULL: nothing. Quick where the links are asked for
 * in their order: *position, which starts as 0, is set to the place after the one found. */
const KnownLink *known_link_next(const KnownLinks *known, const char *suffix, unsigned peer_id,
				 size_t *position);

/* True when exactly that link was the last that was seen to work. */
bool known_link_is(const KnownLinks *known, const char *suffix, unsigned peer_id,
		   const char *identity);

/* True when a link of that database was seen to work. */
bool known_links_any(const KnownLinks *known, const char *suffix);

bool known_links_equal(const KnownLinks *one, const KnownLinks *other);

/* All of it in the pool. */
KnownLinks known_links_copy(Pool *pool, const KnownLinks *known);

#endif
