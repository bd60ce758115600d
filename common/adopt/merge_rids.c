/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/adoption.h"
#include "common/adopt/merge_internal.h"
#include "common/remedies/remedies.h"

/* The first link by which that peer is read in that database; NULL: no node reads it there. */
static const MergeLink *link_first(const Merge *merge, size_t d, size_t provider)
{
	for (size_t i = 0; i < merge->n_links; i++)
		if (merge->links[i].database == d && merge->links[i].provider == provider)
			return &merge->links[i];
	return NULL;
}

/* All nodes that read a peer call it by one rid. */
static void rids_compare(Merge *merge)
{
	for (size_t i = 0; i < merge->n_links; i++) {
		const MergeLink *link = &merge->links[i];
		const MergeLink *first = link_first(merge, link->database, link->provider);

		if (link->rid == first->rid)
			continue;
		merge_disagree(merge,
			       "%s: peer %u is read by rid %03u in %s and by rid %03u in %s: %s",
			       merge->databases[link->database].suffix,
			       merge->nodes.peers[link->provider].id, first->rid,
			       merge->sources[first->source].name, link->rid,
			       merge->sources[link->source].name, remedy_text(REMEDY_MERGE_RID));
	}
}

/* Two peers that different nodes call by one rid. */
static void doubles_compare(Merge *merge)
{
	for (size_t d = 0; d < merge->n_databases; d++)
		for (size_t i = 0; i < merge->nodes.n_peers; i++)
			for (size_t j = 0; j < i; j++) {
				const MergeLink *one = link_first(merge, d, j);
				const MergeLink *other = link_first(merge, d, i);

				if (!one || !other || one->rid != other->rid)
					continue;
				merge_disagree(
					merge,
					"%s: rid %03u is peer %u in %s and peer %u in %s: %s",
					merge->databases[d].suffix, one->rid,
					merge->nodes.peers[j].id, merge->sources[one->source].name,
					merge->nodes.peers[i].id,
					merge->sources[other->source].name,
					remedy_text(REMEDY_MERGE_RID));
			}
}

/* The links of all nodes as if one node had them: each peer once. */
static void links_gather(Merge *merge, Adoption *all, Syncrepl *values)
{
	for (size_t d = 0; d < merge->n_databases; d++) {
		AdoptDatabase database = {.suffix = merge->databases[d].suffix};

		for (size_t i = 0; i < merge->nodes.n_peers; i++) {
			const MergeLink *link = link_first(merge, d, i);
			Syncrepl *value = &values[d * merge->nodes.n_peers + i];

			if (!link)
				continue;
			value->value[SYNCREPL_RID] = pool_printf(merge->pool, "%u", link->rid);
			POOL_PUSH(merge->pool, database.links, database.n_links,
				  {.peer = i + 1, .syncrepl = value});
		}
		POOL_PUSH(merge->pool, all->databases, all->n_databases, database);
	}
}

void merge_rids(Merge *merge)
{
	const size_t n = merge->nodes.n_peers;
	/* No peer is "this node", which comes first. */
	Adoption all = {.pool = merge->pool, .is_consumer = true};
	Desired spread = {.databases = merge->databases, .n_databases = merge->n_databases};
	Syncrepl *values = pool_alloc(merge->pool, (merge->n_databases * n + 1) * sizeof(*values));

	rids_compare(merge);
	doubles_compare(merge);
	if (merge->said.n_disagreements > 0)
		return;
	spread.peers = pool_alloc(merge->pool, (n + 1) * sizeof(*spread.peers));
	POOL_PUSH(merge->pool, all.peers, all.n_peers, {0});
	for (size_t i = 0; i < n; i++)
		POOL_PUSH(merge->pool, all.peers, all.n_peers,
			  {.id = merge->nodes.peers[i].id, .uri = merge->nodes.peers[i].uri});
	links_gather(merge, &all, values);
	adopt_spread_rids(&all, &spread);
	for (size_t i = 0; i < n; i++)
		if (peer_is_read(&merge->nodes.peers[i]))
			merge->nodes.peers[i].rid = spread.peers[i + 1].rid;
}
