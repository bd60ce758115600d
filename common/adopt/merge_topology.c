/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/merge_internal.h"
#include "common/topology/links.h"

/*
 * Links that "topology" with gateways would make need no list for each peer. The sites are guessed
 * from which node reads which, and the guess is taken only when it makes exactly these links.
 */

typedef struct Guess {
	const Merge *merge;
	bool *reads;     /* per two peers: the first reads the second, or is it */
	unsigned *sites; /* per peer: the number of its site, from 1 */
	unsigned n_sites;
	unsigned n_gateways;
} Guess;

static bool is_provider(const Guess *guess, size_t at)
{
	return guess->merge->nodes.peers[at].role == PEER_PROVIDER;
}

static bool knows(const Guess *guess, size_t one, size_t other)
{
	return guess->reads[one * guess->merge->nodes.n_peers + other];
}

static void reads_fill(Guess *guess)
{
	const Merge *merge = guess->merge;
	const size_t n = merge->nodes.n_peers;

	guess->reads = pool_alloc(merge->pool, n * n * sizeof(*guess->reads));
	guess->sites = pool_alloc(merge->pool, n * sizeof(*guess->sites));
	for (size_t i = 0; i < n; i++)
		guess->reads[i * n + i] = true;
	for (size_t i = 0; i < merge->n_links; i++)
		guess->reads[merge->links[i].consumer * n + merge->links[i].provider] = true;
}

/* True when all that the first reads the second reads too. */
static bool is_within(const Guess *guess, size_t one, size_t other)
{
	for (size_t i = 0; i < guess->merge->nodes.n_peers; i++)
		if (knows(guess, one, i) && !knows(guess, other, i))
			return false;
	return true;
}

/* Of a site its first peer reads all, and each of them nothing but what that one reads. */
static void sites_guess(Guess *guess)
{
	const size_t n = guess->merge->nodes.n_peers;

	for (size_t first = 0; first < n; first++) {
		if (!is_provider(guess, first) || guess->sites[first] > 0)
			continue;
		guess->n_sites++;
		for (size_t i = first; i < n; i++)
			if (is_provider(guess, i) && guess->sites[i] == 0 &&
			    knows(guess, first, i) && is_within(guess, i, first))
				guess->sites[i] = guess->n_sites;
	}
}

static bool reads_other_sites(const Guess *guess, size_t peer)
{
	for (size_t i = 0; i < guess->merge->nodes.n_peers; i++)
		if (knows(guess, peer, i) && guess->sites[i] != guess->sites[peer])
			return true;
	return false;
}

/* One provider is no site: three in a row would be two of them. */
static bool has_lone_provider(const Guess *guess)
{
	for (unsigned site = 1; site <= guess->n_sites; site++) {
		unsigned n = 0;

		for (size_t i = 0; i < guess->merge->nodes.n_peers; i++)
			n += guess->sites[i] == site;
		if (n < 2)
			return true;
	}
	return false;
}

static void gateways_count(Guess *guess)
{
	for (unsigned site = 1; site <= guess->n_sites; site++) {
		unsigned n = 0;

		for (size_t i = 0; i < guess->merge->nodes.n_peers; i++)
			n += guess->sites[i] == site && reads_other_sites(guess, i);
		if (n > guess->n_gateways)
			guess->n_gateways = n;
	}
}

/* Numbers of one width: their order as texts is that of the numbers. */
static const char *site_name(Pool *pool, const Guess *guess, unsigned site)
{
	const int width = guess->n_sites < 10 ? 1 : guess->n_sites < 100 ? 2 : 3;

	return pool_printf(pool, "site-%0*u", width, site);
}

/* The document with the guess in place of lists; consumers keep theirs. */
static Desired document_guess(const Guess *guess)
{
	const Merge *merge = guess->merge;
	Desired desired = merge_document(merge);

	desired.peers = pool_alloc(merge->pool, merge->nodes.n_peers * sizeof(*desired.peers));
	desired.topology.n_gateways = guess->n_gateways;
	for (unsigned site = 1; site <= guess->n_sites; site++)
		POOL_PUSH(merge->pool, desired.topology.site_names, desired.topology.n_site_names,
			  site_name(merge->pool, guess, site));
	for (size_t i = 0; i < merge->nodes.n_peers; i++) {
		desired.peers[i] = merge->nodes.peers[i];
		if (!is_provider(guess, i))
			continue;
		desired.peers[i].reads = NULL;
		desired.peers[i].site_number = guess->sites[i];
		desired.peers[i].site = desired.topology.site_names[guess->sites[i] - 1];
	}
	return desired;
}

/* True when every node reads the peers in that database that its file names. */
static bool makes_links(const Guess *guess, const Desired *desired, size_t d)
{
	AUTO(Pool) *scratch = pool_new();
	const Merge *merge = guess->merge;
	const Links links = links_make(scratch, desired, &desired->databases[d]);

	for (size_t at = 0; at < links.n_nodes; at++) {
		const size_t peer = merge_peer(merge, links.nodes[at]->id);
		const MergeHolding *holding = merge_holding(merge, merge->nodes.source_of[peer], d);

		if (relay_set_count(&links.reads[at]) != holding->n_links)
			return false;
		for (size_t i = 0; i < holding->n_links; i++) {
			const size_t provider = merge->links[holding->first + i].provider;

			if (!relay_set_has(&links.reads[at],
					   links_position(&links, &desired->peers[provider])))
				return false;
		}
	}
	return true;
}

void merge_topology(Merge *merge)
{
	Guess guess = {.merge = merge};
	bool is_mesh = true;
	Desired desired;

	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		is_mesh &=
			merge->nodes.peers[i].role != PEER_PROVIDER || !merge->nodes.peers[i].reads;
	if (is_mesh)
		return;
	reads_fill(&guess);
	sites_guess(&guess);
	gateways_count(&guess);
	if (has_lone_provider(&guess) || guess.n_sites < 2 || guess.n_sites > RELAYS_MAX ||
	    guess.n_gateways == 0)
		return;
	desired = document_guess(&guess);
	for (size_t d = 0; d < merge->n_databases; d++)
		if (!makes_links(&guess, &desired, d))
			return;
	merge->nodes.peers = desired.peers;
	merge->site_names = desired.topology.site_names;
	merge->n_site_names = desired.topology.n_site_names;
	merge->n_gateways = desired.topology.n_gateways;
	merge_note(merge,
		   "who reads whom is \"topology\" with %u %s in each of %u sites: they are called "
		   "site-1 and so on, because no file has their names",
		   guess.n_gateways, guess.n_gateways == 1 ? "gateway" : "gateways", guess.n_sites);
}
