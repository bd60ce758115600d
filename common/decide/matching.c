/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/matching.h"

#include <stdlib.h>
#include <string.h>

#include "common/slapd/url.h"

static int by_provider(const void *one, const void *other)
{
	const WantedConsumer *const *left = one, *const *right = other;

	return strcmp((*left)->provider, (*right)->provider);
}

static const WantedConsumer **wanted_by_provider(Pool *pool, const WantedDatabase *wanted)
{
	const WantedConsumer **sorted =
		pool_alloc(pool, (wanted->n_consumers + 1) * sizeof(*sorted));

	for (size_t i = 0; i < wanted->n_consumers; i++)
		sorted[i] = &wanted->consumers[i];
	qsort(sorted, wanted->n_consumers, sizeof(*sorted), by_provider);
	return sorted;
}

const WantedConsumer *matching_find(const Matching *matching, const char *provider)
{
	const WantedConsumer key = {.provider = provider}, *pointer = &key;
	const WantedConsumer *const *found;

	if (!provider)
		return NULL;
	found = bsearch(&pointer, matching->sorted, matching->wanted->n_consumers,
			sizeof(*matching->sorted), by_provider);
	return found ? *found : NULL;
}

/* This server, as slapd says; where its listeners are unknown, as peers.json says. */
bool matching_is_self(const Matching *matching, const LiveConsumer *consumer)
{
	return consumer->is_self ||
	       (matching->diff->in->live->n_listeners == 0 && consumer->provider &&
		strcmp(consumer->provider, matching->own_provider) == 0);
}

static void take(Matching *matching, size_t live_index, const WantedConsumer *wanted)
{
	size_t index = (size_t)(wanted - matching->wanted->consumers);

	if (matching->is_taken[index])
		return;
	matching->is_taken[index] = true;
	matching->of_live[live_index] = wanted;
}

bool provider_is_kept(const Desired *desired, const char *provider)
{
	for (size_t i = 0; i < desired->n_keep; i++)
		if (url_equal(desired->keep[i], provider))
			return true;
	return false;
}

bool matching_leaves(const Matching *matching, const char *provider)
{
	const WantedDatabase *wanted = matching->wanted;

	for (size_t i = wanted->n_consumers; i < wanted->n_consumers + wanted->n_others; i++)
		if (strcmp(wanted->consumers[i].provider, provider) == 0)
			return true;
	return false;
}

bool matching_is_consumer(const Matching *matching, const char *provider)
{
	const Desired *desired = matching->diff->in->desired;

	for (size_t i = 0; i < desired->n_peers; i++)
		if (peer_is_consumer(&desired->peers[i]) &&
		    url_equal(desired->peers[i].uri, provider))
			return true;
	return false;
}

/* A peer that the file has, and that this node shall not read. */
static bool is_another(const Matching *matching, const char *provider)
{
	const Desired *desired = matching->diff->in->desired;

	if (matching_find(matching, provider) || strcmp(provider, matching->own_provider) == 0)
		return false;
	for (size_t i = 0; i < desired->n_peers; i++)
		if (url_equal(desired->peers[i].uri, provider))
			return true;
	return false;
}

static bool can_match(const Matching *matching, size_t i)
{
	const LiveConsumer *consumer = &matching->live->consumers[i];

	return consumer->parses && !matching->of_live[i] && !matching_is_self(matching, consumer);
}

/* Whose URL changed has its rid still. What "keep" names, and whom the file lists by that URL, is
 * another peer: to read somebody else in its place is a removal and an addition. */
static const WantedConsumer *find_by_rid(const Matching *matching,
					 const WantedConsumer *const *by_rid,
					 const LiveConsumer *consumer)
{
	const WantedConsumer *found = consumer->rid < 0 ? NULL : by_rid[consumer->rid];

	if (found && (provider_is_kept(matching->diff->in->desired, consumer->provider) ||
		      is_another(matching, consumer->provider)))
		return NULL;
	return found;
}

static void match(Matching *matching)
{
	const WantedDatabase *wanted = matching->wanted;
	const LiveDatabase *live = matching->live;
	const WantedConsumer *by_rid[1000] = {0};

	for (size_t i = 0; i < wanted->n_consumers; i++)
		by_rid[wanted->consumers[i].rid] = &wanted->consumers[i];
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < live->n_consumers; i++) {
			const LiveConsumer *consumer = &live->consumers[i];
			const WantedConsumer *found;

			if (!can_match(matching, i))
				continue;
			found = round == 2 ? find_by_rid(matching, by_rid, consumer)
					   : matching_find(matching, consumer->provider);
			if (found && (round > 0 || found->rid == consumer->rid))
				take(matching, i, found);
		}
}

Matching matching_make(Diff *diff, const DatabasePlan *database)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;
	Matching matching = {
		.diff = diff,
		.database = database,
		.wanted = wanted,
		.live = live,
		.suffix = database->suffix,
		.own_provider = url_spelling(diff->pool, diff->in->wanted->self->uri),
	};

	matching.of_live =
		pool_alloc(diff->pool, (live->n_consumers + 1) * sizeof(*matching.of_live));
	matching.is_taken =
		pool_alloc(diff->pool, (wanted->n_consumers + 1) * sizeof(*matching.is_taken));
	matching.sorted = wanted_by_provider(diff->pool, wanted);
	match(&matching);
	return matching;
}
