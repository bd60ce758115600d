/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/matching.h"

#include <stdlib.h>
#include <string.h>

#include "common/draft/guard_self.h"
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

static void take(Matching *matching, size_t live_index, const WantedConsumer *wanted)
{
	size_t index = (size_t)(wanted - matching->wanted->consumers);

	if (matching->is_taken[index])
		return;
	matching->is_taken[index] = true;
	matching->of_live[live_index] = wanted;
}

bool provider_is_kept(const DesiredPolicy *policy, const char *provider)
{
	for (size_t i = 0; i < policy->n_keep; i++)
		if (url_equal(policy->keep[i], provider))
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

static int by_text(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static const char **listed_make(Pool *pool, const Desired *desired)
{
	const char **listed = pool_alloc(pool, (desired->n_peers + 1) * sizeof(*listed));

	for (size_t i = 0; i < desired->n_peers; i++)
		listed[i] = url_spelling(pool, desired->peers[i].uri);
	qsort(listed, desired->n_peers, sizeof(*listed), by_text);
	return listed;
}

/* A peer that the file has, and that this node shall not read. Asked of each value that no peer
 * has the URL of: of a thousand where all URLs change. */
static bool is_another(Matching *matching, const char *provider)
{
	const Desired *desired = matching->diff->in->desired;

	if (matching_find(matching, provider) || provider_names_us(matching->diff, provider))
		return false;
	if (!matching->listed)
		matching->listed = listed_make(matching->diff->pool, desired);
	return bsearch(&provider, matching->listed, desired->n_peers, sizeof(*matching->listed),
		       by_text) != NULL;
}

const Peer *matching_leaves_by_rid(Matching *matching, const LiveConsumer *live)
{
	const WantedDatabase *wanted = matching->wanted;

	for (size_t i = wanted->n_consumers; i < wanted->n_consumers + wanted->n_others; i++)
		if (live->rid >= 0 && wanted->consumers[i].rid == live->rid &&
		    !is_another(matching, live->provider))
			return wanted->consumers[i].peer;
	return NULL;
}

/* As where it is still a provider, the peer that has its rid is taken for it (find_by_rid()). */
bool matching_is_consumer(Matching *matching, const LiveConsumer *live)
{
	const Desired *desired = matching->diff->in->desired;
	const DesiredDatabase *database = matching->wanted->desired;

	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];

		if (peer_is_consumer(peer) &&
		    (url_equal(peer->uri, live->provider) ||
		     (live->rid >= 0 && (unsigned)live->rid == desired_rid(database, peer) &&
		      !is_another(matching, live->provider))))
			return true;
	}
	return false;
}

static bool can_match(const Matching *matching, size_t i)
{
	const LiveConsumer *consumer = &matching->live->consumers[i];

	return consumer->parses && !matching->of_live[i] &&
	       !consumer_is_myself(matching->diff, consumer);
}

/* A peer whose URL changed still has its rid. What "keep" names, and what the file lists by that
 * URL, is another peer: to read a different one in its place is a removal and an addition. */
static const WantedConsumer *find_by_rid(Matching *matching, const WantedConsumer *const *by_rid,
					 const LiveConsumer *consumer)
{
	const WantedConsumer *found = consumer->rid < 0 ? NULL : by_rid[consumer->rid];

	if (found && (provider_is_kept(&matching->diff->in->desired->policy, consumer->provider) ||
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
	};

	matching.of_live =
		pool_alloc(diff->pool, (live->n_consumers + 1) * sizeof(*matching.of_live));
	matching.is_taken =
		pool_alloc(diff->pool, (wanted->n_consumers + 1) * sizeof(*matching.is_taken));
	matching.sorted = wanted_by_provider(diff->pool, wanted);
	match(&matching);
	return matching;
}
