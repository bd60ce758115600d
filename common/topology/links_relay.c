/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_relay.h"

bool links_cut_may_lose(const LinksCut *cut)
{
	return cut->lost->role == PEER_PROVIDER && cut->to->role == PEER_PROVIDER;
}

bool links_need(const Links *links, const Peer *peer)
{
	LinksCut cut;

	return links_are_cut_without(links, links_position(links, peer), &cut) &&
	       links_cut_may_lose(&cut);
}

/* Takes all that are linked to the first of them. */
static void part_take(const Links *links, const RelaySet *readers, RelaySet *rest, size_t part,
		      size_t *parts)
{
	RelaySet now = {{0}};
	size_t at = relay_set_next(rest, 0);

	relay_set_add(&now, at);
	for (; at < RELAYS_MAX; at = relay_set_next(&now, 0)) {
		relay_set_remove(&now, at);
		if (!relay_set_has(rest, at))
			continue;
		relay_set_remove(rest, at);
		parts[at] = part;
		relay_set_join(&now, &readers[at]);
		relay_set_join(&now, &links->reads[at]);
	}
}

size_t *links_parts_without(Pool *pool, const Links *links, const Peer *peer)
{
	AUTO(Pool) *scratch = pool_new();
	const RelaySet *readers = links_turned(scratch, links);
	const size_t self = links_position(links, peer);
	size_t *parts = pool_alloc(pool, (links->n_nodes + 1) * sizeof(*parts));
	RelaySet rest = {{0}};

	for (size_t i = 0; i < links->n_relays; i++)
		if (i != self)
			relay_set_add(&rest, i);
	for (size_t part = 1; relay_set_next(&rest, 0) < RELAYS_MAX; part++)
		part_take(links, readers, &rest, part, parts);
	return parts;
}
