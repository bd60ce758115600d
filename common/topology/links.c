/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links.h"

#include <stdlib.h>

#include "common/desired/id_table.h"

#define PICKS 2 /* how many providers a consumer reads that names none */

/* What rows are made from. */
typedef struct Making {
	const Desired *desired;
	Links *links;
	IdTable relay_of_id; /* position + 1; 0: no relay of this database */
	RelaySet providers;
	RelaySet gateways;
	RelaySet *sites; /* the providers of each site, by its number */
} Making;

size_t links_position(const Links *links, const Peer *peer)
{
	size_t at = 0;

	while (at < links->n_nodes && links->nodes[at] != peer)
		at++;
	return at;
}

/* --- which nodes hold the database --- */

typedef bool PeerIs(const Peer *peer);

static bool is_provider(const Peer *peer)
{
	return peer->role == PEER_PROVIDER;
}

static bool is_hub(const Peer *peer)
{
	return !is_provider(peer) && peer->is_hub;
}

static bool is_leaf(const Peer *peer)
{
	return !peer_is_read(peer);
}

static void nodes_add(Links *links, const Desired *desired, const IdTable *holds, PeerIs *is)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (id_table_get(holds, desired->peers[i].id) > 0 && is(&desired->peers[i]))
			links->nodes[links->n_nodes++] = &desired->peers[i];
}

static void nodes_find(Pool *pool, Links *links, const Desired *desired)
{
	AUTO(Pool) *scratch = pool_new();
	IdTable holds = id_table_make(scratch, desired);

	for (size_t i = 0; i < links->database->n_peer_ids; i++)
		id_table_set(&holds, links->database->peer_ids[i], 1);
	links->nodes = pool_alloc(pool, (desired->n_peers + 1) * sizeof(*links->nodes));
	nodes_add(links, desired, &holds, is_provider);
	links->n_providers = links->n_nodes;
	nodes_add(links, desired, &holds, is_hub);
	links->n_relays = links->n_nodes;
	nodes_add(links, desired, &holds, is_leaf);
}

/* --- which nodes they read --- */

static int by_id(const void *one, const void *other)
{
	const Peer *a = *(const Peer *const *)one, *b = *(const Peer *const *)other;

	return a->id < b->id ? -1 : a->id > b->id;
}

/* The first providers of each site by id: the order of the file may change. */
static void gateways_find(Pool *scratch, Making *making)
{
	const Links *links = making->links;
	const Peer **sorted = pool_alloc(scratch, (links->n_providers + 1) * sizeof(*sorted));
	unsigned *n =
		pool_alloc(scratch, (making->desired->topology.n_site_names + 1) * sizeof(*n));

	for (size_t i = 0; i < links->n_providers; i++)
		sorted[i] = links->nodes[i];
	if (links->n_providers > 1)
		qsort(sorted, links->n_providers, sizeof(*sorted), by_id);
	for (size_t i = 0; i < links->n_providers; i++)
		if (n[sorted[i]->site_number]++ < making->desired->topology.n_gateways)
			relay_set_add(&making->gateways,
				      id_table_get(&making->relay_of_id, sorted[i]->id) - 1U);
}

/* Spreads consumers over providers so that one provider more or less moves few of them. All nodes
 * must come to the same: this never changes. */
static uint64_t weight(unsigned consumer, unsigned provider)
{
	uint64_t mix = ((uint64_t)consumer << 32 | provider) + UINT64_C(0x9e3779b97f4a7c15);

	mix = (mix ^ mix >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mix = (mix ^ mix >> 27) * UINT64_C(0x94d049bb133111eb);
	return mix ^ mix >> 31;
}

/* The heaviest provider of the set that is not taken; RELAYS_MAX: there is none. */
static size_t heaviest(const Links *links, const Peer *peer, const RelaySet *set,
		       const RelaySet *taken)
{
	size_t found = RELAYS_MAX;
	uint64_t best = 0;

	/* Each consumer comes here, and most sets are short: after the last provider there is
	 * nothing.
	 */
	for (size_t word = 0; word * 64 < links->n_providers; word++)
		for (uint64_t left = set->words[word] & ~taken->words[word]; left;
		     left &= left - 1) {
			const size_t at = word * 64 + (size_t)__builtin_ctzll(left);
			const uint64_t its = weight(peer->id, links->nodes[at]->id);

			if (found == RELAYS_MAX || its > best) {
				found = at;
				best = its;
			}
		}
	return found;
}

/* Two providers of its site; what the site lacks, from all. */
static RelaySet picks(const Making *making, const Peer *peer)
{
	const RelaySet *sets[] = {&making->sites[peer->site_number], &making->providers};
	RelaySet row = {{0}};
	size_t n = 0;

	for (size_t i = peer->site_number > 0 ? 0 : 1; i < ARRAY_SIZE(sets); i++) {
		size_t at;

		for (; n < PICKS; n++) {
			at = heaviest(making->links, peer, sets[i], &row);
			if (at == RELAYS_MAX)
				break;
			relay_set_add(&row, at);
		}
	}
	return row;
}

/* A peer that is named is not read in a database that it does not hold. */
static RelaySet named(const Making *making, const Peer *peer)
{
	RelaySet row = {{0}};

	for (size_t i = 0; i < peer->reads->n_items; i++) {
		const PeerRead *read = &peer->reads->items[i];
		const unsigned relay =
			read->site ? 0 : id_table_get(&making->relay_of_id, read->id);

		if (relay > 0)
			relay_set_add(&row, relay - 1U);
		if (read->site)
			relay_set_join(&row, &making->sites[desired_site_number(
						     &making->desired->topology, read->site)]);
	}
	return row;
}

static RelaySet row_of(const Making *making, size_t at)
{
	const Peer *peer = making->links->nodes[at];
	RelaySet row;

	if (peer->reads)
		row = named(making, peer);
	else if (!is_provider(peer))
		row = picks(making, peer);
	else if (making->desired->topology.n_gateways == 0)
		row = making->providers;
	else {
		row = making->sites[peer->site_number];
		if (relay_set_has(&making->gateways, at))
			relay_set_join(&row, &making->gateways);
	}
	if (at < making->links->n_relays)
		relay_set_remove(&row, at);
	return row;
}

Links links_make(Pool *pool, const Desired *desired, const DesiredDatabase *database)
{
	AUTO(Pool) *scratch = pool_new();
	Links links = {.database = database};
	Making making = {.desired = desired,
			 .links = &links,
			 .relay_of_id = id_table_make(scratch, desired)};

	making.sites =
		pool_alloc(scratch, (desired->topology.n_site_names + 1) * sizeof(*making.sites));
	nodes_find(pool, &links, desired);
	for (size_t i = 0; i < links.n_relays; i++)
		id_table_set(&making.relay_of_id, links.nodes[i]->id, (unsigned short)(i + 1));
	for (size_t i = 0; i < links.n_providers; i++) {
		relay_set_add(&making.providers, i);
		relay_set_add(&making.sites[links.nodes[i]->site_number], i);
	}
	if (desired->topology.n_gateways > 0)
		gateways_find(scratch, &making);
	links.reads = pool_alloc(pool, (links.n_nodes + 1) * sizeof(*links.reads));
	for (size_t i = 0; i < links.n_nodes; i++)
		links.reads[i] = row_of(&making, i);
	return links;
}
