/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "common/adopt/merge_internal.h"
#include "common/remedies/remedies.h"
#include "common/topology/links.h"

/* --- suffixes --- */

static void suffixes_find(Merge *merge)
{
	Desired known = {0};

	for (size_t s = 0; s < merge->n_sources; s++) {
		const Desired *desired = merge->sources[s].desired;

		for (size_t i = 0; i < desired->n_databases; i++) {
			const char *suffix = desired->databases[i].suffix;

			if (desired_database(&known, suffix))
				continue;
			POOL_PUSH(merge->pool, known.databases, known.n_databases,
				  {.suffix = suffix});
		}
	}
	merge->databases = known.databases;
	merge->n_databases = known.n_databases;
}

/* --- which node reads which, as each file has it of its own node --- */

/* Credentials as one text; NULL: none. They name where a password lies, and are none. */
static const char *credentials_text(Pool *pool, const Credentials *credentials)
{
	static const char letters[CREDENTIALS_KIND_COUNT] = {
		[CREDENTIALS_FILE] = 'f',
		[CREDENTIALS_CREDENTIAL] = 'c',
	};

	return letters[credentials->kind]
		       ? pool_printf(pool, "%c%s", letters[credentials->kind], credentials->name)
		       : NULL;
}

static Syncrepl link_values(Merge *merge, const DesiredDatabase *given, const Peer *provider,
			    const Peer *author)
{
	const SyncreplSettings link = desired_link(merge->pool, given, provider, author);
	Syncrepl values = {0};

	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++)
		values.value[k] = link.value[k];
	values.value[SYNCREPL_CREDENTIALS] = credentials_text(merge->pool, &link.credentials);
	return values;
}

static void holding_fill(Merge *merge, size_t s, size_t d)
{
	AUTO(Pool) *scratch = pool_new();
	const Peer *author = merge_author(merge, s);
	const Desired *desired = merge->sources[s].desired;
	const DesiredDatabase *given = desired_database(desired, merge->databases[d].suffix);
	MergeHolding *holding = &merge->holdings[s * merge->n_databases + d];
	Links links;
	size_t self;

	*holding = (MergeHolding){.first = merge->n_links};
	if (!given || !desired_database_has_peer(given, author->id))
		return;
	holding->given = given;
	links = links_make(scratch, desired, given);
	self = links_position(&links, author);
	for (size_t at = 0; at < links.n_relays; at++) {
		const Peer *provider = links.nodes[at];

		if (!relay_set_has(&links.reads[self], at))
			continue;
		POOL_PUSH(merge->pool, merge->links, merge->n_links,
			  {.source = s,
			   .database = d,
			   .provider = merge_peer(merge, provider->id),
			   .consumer = merge_peer(merge, author->id),
			   .rid = desired_rid(given, provider),
			   .values = link_values(merge, given, provider, author)});
		holding->n_links++;
	}
}

/* --- who holds what --- */

static void holders_find(Merge *merge, size_t d)
{
	DesiredDatabase *database = &merge->databases[d];

	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		if (merge_holding(merge, merge->nodes.source_of[i], d)->given)
			POOL_PUSH(merge->pool, database->peer_ids, database->n_peer_ids,
				  merge->nodes.peers[i].id);
}

/* A node that is read has a file that says so, as a provider or, for consumers, a hub. */
static void link_check(Merge *merge, const MergeLink *link)
{
	const Peer *provider = &merge->nodes.peers[link->provider];
	const size_t its = merge->nodes.source_of[link->provider];
	const char *suffix = merge->databases[link->database].suffix;

	if (!merge_may_read(merge, link->consumer, link->provider))
		merge_disagree(merge, "%s: in %s peer %u reads peer %u, which is a %s in %s: %s",
			       suffix, merge->sources[link->source].name,
			       merge->nodes.peers[link->consumer].id, provider->id,
			       provider->is_hub ? "hub, and a provider reads providers only,"
						: "consumer",
			       merge->sources[its].name, remedy_text(REMEDY_MERGE_AGREE));
	else if (!merge_holding(merge, its, link->database)->given)
		merge_disagree(merge, "%s: in %s peer %u reads peer %u, whose file %s lacks it: %s",
			       suffix, merge->sources[link->source].name,
			       merge->nodes.peers[link->consumer].id, provider->id,
			       merge->sources[its].name, remedy_text(REMEDY_MERGE_AGREE));
}

void merge_databases(Merge *merge)
{
	suffixes_find(merge);
	merge->holdings = pool_alloc(merge->pool, (merge->n_sources * merge->n_databases + 1) *
							  sizeof(*merge->holdings));
	for (size_t s = 0; s < merge->n_sources; s++)
		for (size_t d = 0; d < merge->n_databases; d++)
			holding_fill(merge, s, d);
	for (size_t d = 0; d < merge->n_databases; d++)
		holders_find(merge, d);
	for (size_t i = 0; i < merge->n_links; i++)
		link_check(merge, &merge->links[i]);
}

/* --- which peers each one reads --- */

static bool reads(const Merge *merge, const MergeHolding *holding, size_t provider)
{
	for (size_t i = 0; i < holding->n_links; i++)
		if (merge->links[holding->first + i].provider == provider)
			return true;
	return false;
}

/* In which database the peer reads that one; n_databases: in none. */
static size_t read_in(const Merge *merge, size_t peer, size_t provider)
{
	const size_t s = merge->nodes.source_of[peer];
	size_t d = 0;

	while (d < merge->n_databases && !reads(merge, merge_holding(merge, s, d), provider))
		d++;
	return d;
}

/* True when both hold the database and the peer does not read the other one there. */
static bool passes_over(const Merge *merge, size_t peer, size_t provider, size_t d)
{
	const MergeHolding *own = merge_holding(merge, merge->nodes.source_of[peer], d);

	return own->given && merge_holding(merge, merge->nodes.source_of[provider], d)->given &&
	       !reads(merge, own, provider);
}

/* Fills in one item of "reads"; true when the peer does not read that one although it could. */
static bool read_judge(Merge *merge, size_t peer, size_t provider, PeerReads *ret)
{
	const size_t there = read_in(merge, peer, provider);
	bool is_passed = false;

	if (there < merge->n_databases)
		POOL_PUSH(merge->pool, ret->items, ret->n_items,
			  {.id = merge->nodes.peers[provider].id});
	for (size_t d = 0; d < merge->n_databases; d++) {
		if (!passes_over(merge, peer, provider, d))
			continue;
		is_passed = true;
		if (there < merge->n_databases)
			merge_disagree(
				merge,
				"peer %u (%s) reads peer %u for %s and not for %s, which "
				"both hold; a peer has one list of whom it reads (\"reads\"): "
				"%s",
				merge->nodes.peers[peer].id,
				merge->sources[merge->nodes.source_of[peer]].name,
				merge->nodes.peers[provider].id, merge->databases[there].suffix,
				merge->databases[d].suffix, remedy_text(REMEDY_MERGE_AGREE));
	}
	return is_passed;
}

/* A provider that reads every other one needs no list: "topology" is a mesh. A hub is read by the
 * nodes that name it, so which nodes could read it says nothing. */
static void peer_reads(Merge *merge, size_t peer)
{
	PeerReads *list = pool_alloc(merge->pool, sizeof(*list));
	bool is_partial = merge->nodes.peers[peer].role == PEER_CONSUMER;

	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		if (i != peer && merge_may_read(merge, peer, i))
			is_partial |= read_judge(merge, peer, i, list);
	if (is_partial && list->n_items == 0)
		merge_disagree(merge,
			       "peer %u (%s) reads from nobody, and other providers hold what it "
			       "holds: what they write would never come to it: %s",
			       merge->nodes.peers[peer].id,
			       merge->sources[merge->nodes.source_of[peer]].name,
			       remedy_text(REMEDY_MERGE_AGREE));
	else if (is_partial)
		merge->nodes.peers[peer].reads = list;
}

void merge_reads(Merge *merge)
{
	for (size_t i = 0; i < merge->nodes.n_peers; i++)
		peer_reads(merge, i);
}
