/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/adopt/adoption.h"
#include "common/adopt/merge_internal.h"
#include "common/base/buf.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_partial.h"

/*
 * A link's keyword stands in its database, in the peer that is read, or in the one that reads; the
 * later wins. What most links of a database have is the database's; what all that read a peer have
 * is that peer's; what one has towards all that it reads is its own.
 */
typedef struct Levels {
	Merge *merge;
	const MergeLink **models;       /* per database: a link that is like most others */
	SyncreplSettings *peers;        /* how each is read */
	SyncreplSettings *as_consumers; /* how each reads */
	const char **of_peer;           /* of one keyword: what stands at each peer */
	bool *has_of_peer;
	SyncreplKeyword keyword;
} Levels;

static bool same(const Levels *levels, const char *one, const char *other)
{
	return adopt_same_value(levels->keyword, one, other);
}

static const char *value_of(const Levels *levels, const MergeLink *link)
{
	return link->values.value[levels->keyword];
}

static bool reads_as_provider(const MergePeers *nodes, const MergeLink *link)
{
	return nodes->peers[link->consumer].role == PEER_PROVIDER;
}

/* --- the link that is like most others --- */

/* All that it says in one text, without what is each link's own. */
static const char *signature(Pool *pool, const MergeLink *link)
{
	Buf text = BUF_IN(pool);

	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++)
		if (adopt_is_spread(k) && link->values.value[k])
			buf_printf(&text, "%d %s\n", k,
				   syncrepl_canonical(pool, (SyncreplKeyword)k,
						      link->values.value[k]));
	return buf_text(&text);
}

static size_t count_alike(const char *const *signatures, size_t n, size_t which)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += signatures[i] && strcmp(signatures[i], signatures[which]) == 0;
	return found;
}

/* Of providers, where some read: how consumers read is no starting point for providers. */
static const MergeLink *model_find(const Merge *merge, size_t d, bool of_providers)
{
	AUTO(Pool) *scratch = pool_new();
	const char **signatures = pool_alloc(scratch, (merge->n_links + 1) * sizeof(*signatures));
	const char *signature_of_best = NULL;
	const MergeLink *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < merge->n_links; i++)
		if (merge->links[i].database == d &&
		    reads_as_provider(&merge->nodes, &merge->links[i]) == of_providers)
			signatures[i] = signature(scratch, &merge->links[i]);
	for (size_t i = 0; i < merge->n_links; i++) {
		size_t alike;

		if (!signatures[i] || (best && strcmp(signatures[i], signature_of_best) == 0))
			continue;
		alike = count_alike(signatures, merge->n_links, i);
		if (alike > most) {
			most = alike;
			best = &merge->links[i];
			signature_of_best = signatures[i];
		}
	}
	return best;
}

/* --- the three levels of one keyword --- */

/* Where only consumers read, what one leaves out is nobody else's. */
static const char *of_database(const Levels *levels, size_t d)
{
	const MergeLink *model = levels->models[d];

	if (!model || (!reads_as_provider(&levels->merge->nodes, model) &&
		       syncrepl_may_narrow(levels->keyword)))
		return NULL;
	return value_of(levels, model);
}

static const char *below_own(const Levels *levels, const MergeLink *link)
{
	return levels->has_of_peer[link->provider] ? levels->of_peer[link->provider]
						   : of_database(levels, link->database);
}

/* What all that read the peer have, where that is not what its databases say. */
static void peer_find(Levels *levels, size_t peer, bool of_providers)
{
	const Merge *merge = levels->merge;
	const char *value = NULL;
	bool is_found = false, differs = false;

	for (size_t i = 0; i < merge->n_links; i++) {
		const MergeLink *link = &merge->links[i];

		if (link->provider != peer ||
		    reads_as_provider(&merge->nodes, link) != of_providers)
			continue;
		if (is_found && !same(levels, value, value_of(levels, link)))
			return;
		value = value_of(levels, link);
		is_found = true;
		differs |= !same(levels, value, of_database(levels, link->database));
	}
	levels->has_of_peer[peer] = differs;
	levels->of_peer[peer] = value;
}

static bool is_read_by(const Merge *merge, size_t peer, bool providers)
{
	for (size_t i = 0; i < merge->n_links; i++)
		if (merge->links[i].provider == peer &&
		    reads_as_provider(&merge->nodes, &merge->links[i]) == providers)
			return true;
	return false;
}

static void peers_find(Levels *levels)
{
	const Merge *merge = levels->merge;

	for (size_t i = 0; i < merge->nodes.n_peers; i++) {
		const bool of_providers = is_read_by(merge, i, true);

		levels->has_of_peer[i] = false;
		if (of_providers || !syncrepl_may_narrow(levels->keyword))
			peer_find(levels, i, of_providers);
	}
}

/* Another node's link that says otherwise: towards the same peer, else any; NULL: there is none. */
static const MergeLink *link_against(const Levels *levels, const MergeLink *link)
{
	const Merge *merge = levels->merge;
	const MergeLink *found = NULL;

	for (size_t i = 0; i < merge->n_links; i++) {
		const MergeLink *other = &merge->links[i];

		if (other->database != link->database || other->consumer == link->consumer ||
		    same(levels, value_of(levels, other), value_of(levels, link)))
			continue;
		if (other->provider == link->provider)
			return other;
		found = found ? found : other;
	}
	return found;
}

/* What differs is named, and never what it is: it may lead to a password. */
static void disagree(Levels *levels, const MergeLink *link)
{
	Merge *merge = levels->merge;
	const MergeLink *other = link_against(levels, link);
	const char *against = other ? pool_printf(merge->pool, " than peer %u reads peer %u in %s",
						  merge->nodes.peers[other->consumer].id,
						  merge->nodes.peers[other->provider].id,
						  merge->sources[other->source].name)
				    : "";

	merge_disagree(
		merge,
		"%s: in %s peer %u reads peer %u with another %s%s, and does not read all its "
		"peers so, which peers.json cannot say together: %s",
		merge->databases[link->database].suffix, merge->sources[link->source].name,
		merge->nodes.peers[link->consumer].id, merge->nodes.peers[link->provider].id,
		syncrepl_keyword_name(levels->keyword), against, remedy_text(REMEDY_MERGE_AGREE));
}

static void settings_set(Pool *pool, SyncreplSettings *settings, SyncreplKeyword keyword,
			 const char *value)
{
	if (!value)
		settings->left_out[keyword] = true;
	else if (syncrepl_keyword_is_secret(keyword))
		settings->credentials = (Credentials){
			.kind = *value == 'f' ? CREDENTIALS_FILE : CREDENTIALS_CREDENTIAL,
			.name = pool_strdup(pool, value + 1)};
	else
		settings->value[keyword] = value;
}

/* What the peer has towards all that it reads, where that is not what the lower levels say. */
static void own_find(Levels *levels, size_t peer)
{
	Merge *merge = levels->merge;
	const MergeLink *first = NULL, *odd = NULL;
	bool is_uniform = true;

	for (size_t i = 0; i < merge->n_links; i++) {
		const MergeLink *link = &merge->links[i];

		if (link->consumer != peer)
			continue;
		if (!first)
			first = link;
		is_uniform &= same(levels, value_of(levels, first), value_of(levels, link));
		if (!odd && !same(levels, value_of(levels, link), below_own(levels, link)))
			odd = link;
	}
	if (odd && !is_uniform)
		disagree(levels, odd);
	else if (odd)
		settings_set(merge->pool, &levels->as_consumers[peer], levels->keyword,
			     value_of(levels, first));
}

static void keyword_spread(Levels *levels)
{
	Merge *merge = levels->merge;

	peers_find(levels);
	for (size_t d = 0; d < merge->n_databases; d++)
		if (of_database(levels, d))
			settings_set(merge->pool, &merge->databases[d].syncrepl, levels->keyword,
				     of_database(levels, d));
	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		if (levels->has_of_peer[i])
			settings_set(merge->pool, &levels->peers[i], levels->keyword,
				     levels->of_peer[i]);
	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		own_find(levels, i);
}

void merge_keywords(Merge *merge)
{
	Pool *pool = merge->pool;
	Levels levels = {.merge = merge};
	const size_t n = merge->nodes.n_peers;

	levels.models = pool_alloc(pool, (merge->n_databases + 1) * sizeof(*levels.models));
	levels.peers = pool_alloc(pool, n * sizeof(*levels.peers));
	levels.as_consumers = pool_alloc(pool, n * sizeof(*levels.as_consumers));
	levels.of_peer = pool_alloc(pool, n * sizeof(*levels.of_peer));
	levels.has_of_peer = pool_alloc(pool, n * sizeof(*levels.has_of_peer));
	for (size_t d = 0; d < merge->n_databases; d++) {
		levels.models[d] = model_find(merge, d, true);
		if (!levels.models[d])
			levels.models[d] = model_find(merge, d, false);
	}
	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++) {
		levels.keyword = (SyncreplKeyword)k;
		if (adopt_is_spread(k))
			keyword_spread(&levels);
	}
	for (size_t i = 0; i < n; i++) {
		merge->nodes.peers[i].syncrepl = &levels.peers[i];
		merge->nodes.peers[i].as_consumer = &levels.as_consumers[i];
	}
}
