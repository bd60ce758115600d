/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_graph.h"

#include <string.h>

/* Only relays hand on what they read: all ways lead over them. */
typedef struct Graph {
	const Links *links;
	const RelaySet *readers; /* of each relay: the relays that read it */
	size_t lost;             /* RELAYS_MAX: none is */
} Graph;

RelaySet *links_turned(Pool *pool, const Links *links)
{
	RelaySet *readers = pool_alloc(pool, (links->n_relays + 1) * sizeof(*readers));

	for (size_t i = 0; i < links->n_relays; i++)
		for (size_t at = relay_set_next(&links->reads[i], 0); at < RELAYS_MAX;
		     at = relay_set_next(&links->reads[i], at + 1))
			relay_set_add(&readers[at], i);
	return readers;
}

size_t *links_count_readers(Pool *pool, const Links *links)
{
	size_t *n = pool_alloc(pool, (links->n_relays + 1) * sizeof(*n));

	for (size_t i = 0; i < links->n_nodes; i++)
		for (size_t at = relay_set_next(&links->reads[i], 0); at < RELAYS_MAX;
		     at = relay_set_next(&links->reads[i], at + 1))
			n[at]++;
	return n;
}

static bool set_is_empty(const RelaySet *set)
{
	return relay_set_next(set, 0) >= RELAYS_MAX;
}

/* Takes those of the set that were not reached before; returns them. */
static RelaySet step(const Graph *graph, const RelaySet *rows, const RelaySet *from,
		     RelaySet *reached)
{
	RelaySet next = {{0}};

	for (size_t at = relay_set_next(from, 0); at < RELAYS_MAX;
	     at = relay_set_next(from, at + 1))
		relay_set_join(&next, &rows[at]);
	if (graph->lost < RELAYS_MAX)
		relay_set_remove(&next, graph->lost);
	for (size_t i = 0; i < RELAY_WORDS; i++)
		next.words[i] &= ~reached->words[i];
	relay_set_join(reached, &next);
	return next;
}

static RelaySet reach(const Graph *graph, const RelaySet *rows, size_t start)
{
	RelaySet reached = {{0}}, now;

	relay_set_add(&reached, start);
	now = reached;
	while (!set_is_empty(&now))
		now = step(graph, rows, &now, &reached);
	return reached;
}

static bool cut_make(const Graph *graph, size_t from, size_t to, LinksCut *ret)
{
	const Peer *const *nodes = graph->links->nodes;

	*ret = (LinksCut){
		.from = nodes[from],
		.to = nodes[to],
		.lost = graph->lost < RELAYS_MAX ? nodes[graph->lost] : NULL,
	};
	return true;
}

/* From one provider everything must come to all, and from all providers to it: then between all of
 * them. */
static bool is_cut(const Graph *graph, LinksCut *ret)
{
	const Links *links = graph->links;
	const size_t start = graph->lost == 0 ? 1 : 0;
	RelaySet there, back;

	if (start >= links->n_providers)
		return false;
	there = reach(graph, graph->readers, start);
	back = reach(graph, links->reads, start);
	for (size_t i = 0; i < links->n_relays; i++) {
		if (i != graph->lost && !relay_set_has(&there, i))
			return cut_make(graph, start, i, ret);
		if (i != graph->lost && i < links->n_providers && !relay_set_has(&back, i))
			return cut_make(graph, i, start, ret);
	}
	/* Who reads a single node is told by that. */
	for (size_t i = links->n_relays; graph->lost == RELAYS_MAX && i < links->n_nodes; i++)
		if (set_is_empty(&links->reads[i]))
			return cut_make(graph, start, i, ret);
	return false;
}

bool links_are_cut(const Links *links, LinksCut *ret)
{
	AUTO(Pool) *scratch = pool_new();
	const Graph graph = {links, links_turned(scratch, links), RELAYS_MAX};

	return is_cut(&graph, ret);
}

bool links_are_cut_without(const Links *links, size_t lost, LinksCut *ret)
{
	AUTO(Pool) *scratch = pool_new();
	const Graph graph = {links, links_turned(scratch, links), lost};

	return lost < links->n_relays && is_cut(&graph, ret);
}

LinksCuts links_cuts_by_loss(Pool *pool, const Links *links)
{
	AUTO(Pool) *scratch = pool_new();
	Graph graph = {links, links_turned(scratch, links), 0};
	LinksCuts cuts = {0};
	LinksCut cut;

	for (; graph.lost < links->n_relays; graph.lost++)
		if (is_cut(&graph, &cut))
			POOL_PUSH(pool, cuts.items, cuts.n_items, cut);
	return cuts;
}

/* --- the longest way --- */

static bool sets_meet(const RelaySet *one, const RelaySet *other)
{
	for (size_t i = 0; i < RELAY_WORDS; i++)
		if (one->words[i] & other->words[i])
			return true;
	return false;
}

/* The consumers that are not reached yet, and read one of the set. */
static size_t leaves_reach(const Links *links, const RelaySet *set, bool *is_reached)
{
	size_t found = links->n_nodes;

	for (size_t i = links->n_relays; i < links->n_nodes; i++) {
		if (is_reached[i] || !sets_meet(&links->reads[i], set))
			continue;
		is_reached[i] = true;
		found = i;
	}
	return found;
}

/* Takes the longest way from one provider when it is longer than ret. */
static void way_take(const Graph *graph, size_t start, bool *is_reached, LinksWay *ret)
{
	const Links *links = graph->links;
	RelaySet reached = {{0}}, now;

	memset(is_reached, 0, links->n_nodes);
	relay_set_add(&reached, start);
	now = reached;
	for (unsigned n_hops = 1; !set_is_empty(&now); n_hops++) {
		const size_t leaf = leaves_reach(links, &now, is_reached);
		size_t last;

		now = step(graph, graph->readers, &now, &reached);
		last = set_is_empty(&now) ? leaf : relay_set_next(&now, 0);
		if (last < links->n_nodes && n_hops > ret->n_hops)
			*ret = (LinksWay){n_hops, links->nodes[start], links->nodes[last]};
	}
}

LinksWay links_longest_way(const Links *links)
{
	AUTO(Pool) *scratch = pool_new();
	const Graph graph = {links, links_turned(scratch, links), RELAYS_MAX};
	bool *is_reached = pool_alloc(scratch, links->n_nodes + 1);
	LinksWay way = {0};

	for (size_t i = 0; i < links->n_providers; i++)
		way_take(&graph, i, is_reached, &way);
	return way;
}
