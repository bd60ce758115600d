/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <strings.h>

#include "common/adopt/merge_internal.h"
#include "common/remedies/remedies.h"
#include "common/slapd/url.h"

/* --- the files --- */

/* What adopt never writes, because no file could say how other nodes see it. NULL: it has none of
 * that. */
static const char *foreign_key(const Desired *desired)
{
	if (desired->topology.n_sites > 0 || desired->topology.n_site_names > 0)
		return "sites";
	if (desired->topology.n_gateways > 0)
		return "topology";
	if (desired->n_retired > 0)
		return "retired";
	if (desired->policy.rollout.n_first > 0 || desired->policy.rollout.is_off)
		return "rollout";
	for (size_t i = 0; i < desired->n_databases; i++) {
		if (desired->databases[i].delta)
			return "delta";
		if (desired->databases[i].heartbeat.container)
			return "heartbeat";
	}
	return NULL;
}

static void source_check(Merge *merge, size_t s)
{
	const MergeSource *source = &merge->sources[s];
	const char *key = foreign_key(source->desired);

	if (source->desired->adopted_from == 0)
		merge_disagree(
			merge,
			"%s does not say on which node adopt wrote it (\"adopted_from\"): %s",
			source->name, remedy_text(REMEDY_MERGE_ANEW));
	if (key)
		merge_disagree(
			merge,
			"%s has \"%s\", which adopt does not write: add it to the combined file "
			"once that is made",
			source->name, key);
	if (source->desired->has_literal_secret)
		merge_disagree(merge,
			       "%s holds a password itself, which is never merged: put it into a "
			       "file, and name that",
			       source->name);
	for (size_t i = 0; i < s; i++)
		if (source->desired->adopted_from != 0 &&
		    merge->sources[i].desired->adopted_from == source->desired->adopted_from)
			merge_disagree(merge,
				       "%s and %s are both of peer %u: one node needs one file; if "
				       "they are of two servers, %s",
				       merge->sources[i].name, source->name,
				       source->desired->adopted_from,
				       remedy_text(REMEDY_ADOPT_ID_SHARED));
}

/* --- peers by id and URL --- */

static void peer_compare(Merge *merge, size_t s, size_t known, const Peer *peer)
{
	const Peer *other = &merge->nodes.peers[known];
	const char *before = merge->sources[merge->nodes.named_in[known]].name;
	const char *name = merge->sources[s].name;

	if (other->id == peer->id && !url_equal(other->uri, peer->uri))
		merge_disagree(merge, "peer %u is %s in %s and %s in %s: %s", peer->id, other->uri,
			       before, peer->uri, name, remedy_text(REMEDY_MERGE_ONE_URI));
	if (other->id != peer->id && url_equal(other->uri, peer->uri))
		merge_disagree(merge, "%s is peer %u in %s and peer %u in %s: %s", peer->uri,
			       other->id, before, peer->id, name, remedy_text(REMEDY_MERGE_AGREE));
}

static void names_join(Merge *merge, Peer *to, const Peer *from)
{
	for (size_t i = 0; i < from->n_names; i++) {
		bool is_there = false;

		for (size_t k = 0; k < to->n_names; k++)
			is_there |= strcasecmp(to->names[k], from->names[i]) == 0;
		if (!is_there)
			POOL_PUSH(merge->pool, to->names, to->n_names, from->names[i]);
	}
}

/* Of a peer's role, and whether it refers writes, its own file alone knows. */
static void peer_take(Merge *merge, size_t s, const Peer *peer)
{
	const bool is_author = peer->id == merge->sources[s].desired->adopted_from;
	size_t known, n = merge->nodes.n_peers, n_sources_of = merge->nodes.n_peers;

	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		peer_compare(merge, s, i, peer);
	known = merge_peer(merge, peer->id);
	if (known == merge->nodes.n_peers) {
		POOL_PUSH(merge->pool, merge->nodes.named_in, n, s);
		POOL_PUSH(merge->pool, merge->nodes.source_of, n_sources_of, merge->n_sources);
		POOL_PUSH(merge->pool, merge->nodes.peers, merge->nodes.n_peers,
			  {.id = peer->id,
			   .uri = peer->uri,
			   .rid = -1,
			   .site_syncrepl = &settings_none,
			   .syncrepl = &settings_none,
			   .as_consumer = &settings_none});
	}
	names_join(merge, &merge->nodes.peers[known], peer);
	if (is_author) {
		merge->nodes.source_of[known] = s;
		merge->nodes.peers[known].role = peer->role;
		merge->nodes.peers[known].is_hub = peer->is_hub;
		merge->nodes.peers[known].refers_updates = peer->refers_updates;
	}
}

/* --- all of them --- */

static void missing_find(Merge *merge)
{
	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		if (merge->nodes.source_of[i] == merge->n_sources)
			merge_disagree(merge, "no file describes peer %u (%s), which %s names: %s",
				       merge->nodes.peers[i].id, merge->nodes.peers[i].uri,
				       merge->sources[merge->nodes.named_in[i]].name,
				       remedy_text(REMEDY_MERGE_MISSING));
}

static bool is_called(const Merge *merge, const Peer *peer, const char *name)
{
	for (size_t i = 0; i < peer->n_names; i++)
		if (strcasecmp(peer->names[i], name) == 0)
			return true;
	return strcasecmp(desired_peer_host(merge->pool, peer), name) == 0;
}

/* A name that two have would not show any node which of them it is. */
static void names_compare(Merge *merge)
{
	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		for (size_t k = 0; k < merge->nodes.peers[i].n_names; k++)
			for (size_t j = 0; j < merge->nodes.n_peers; j++)
				if (j != i && is_called(merge, &merge->nodes.peers[j],
							merge->nodes.peers[i].names[k]))
					merge_disagree(merge,
						       "peer %u and peer %u are both called %s "
						       "(\"names\", \"uri\"): %s",
						       merge->nodes.peers[i].id,
						       merge->nodes.peers[j].id,
						       merge->nodes.peers[i].names[k],
						       remedy_text(REMEDY_MERGE_AGREE));
}

typedef struct Place {
	Peer peer;
	size_t named_in;
	size_t source_of;
} Place;

static int by_id(const void *one, const void *other)
{
	const Place *a = one, *b = other;

	return a->peer.id < b->peer.id ? -1 : a->peer.id > b->peer.id;
}

static void peers_sort(Merge *merge)
{
	Place *places = pool_alloc(merge->pool, merge->nodes.n_peers * sizeof(*places));

	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		places[i] = (Place){merge->nodes.peers[i], merge->nodes.named_in[i],
				    merge->nodes.source_of[i]};
	qsort(places, merge->nodes.n_peers, sizeof(*places), by_id);
	for (size_t i = 0; i < merge->nodes.n_peers; i++) {
		merge->nodes.peers[i] = places[i].peer;
		merge->nodes.named_in[i] = places[i].named_in;
		merge->nodes.source_of[i] = places[i].source_of;
	}
}

void merge_peers(Merge *merge)
{
	for (size_t s = 0; s < merge->n_sources; s++)
		source_check(merge, s);
	if (merge->said.n_disagreements > 0)
		return;
	for (size_t s = 0; s < merge->n_sources; s++)
		for (size_t i = 0; i < merge->sources[s].desired->n_peers; i++)
			peer_take(merge, s, &merge->sources[s].desired->peers[i]);
	peers_sort(merge);
	missing_find(merge);
	names_compare(merge);
}
