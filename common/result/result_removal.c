/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/result/result_rules.h"

#include "common/remedies/remedies.h"

/* G4, counted on what is left. */

static bool is_provider(const LiveConsumer *consumer)
{
	return consumer->parses && !consumer->is_self && consumer->provider;
}

static size_t count_providers(const LiveDatabase *database)
{
	size_t n = 0;

	for (size_t i = 0; i < database->n_consumers; i++)
		n += is_provider(&database->consumers[i]);
	return n;
}

static bool same_link(int rid, const char *provider, const LiveConsumer *consumer)
{
	return rid == consumer->rid || strcmp(provider, consumer->provider) == 0;
}

/* A peer of peers.json whose URL or rid changed is not removed, nor one that gives way to another
 * for a while. */
static bool is_declared(const WantedDatabase *wanted, const LiveConsumer *consumer)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (same_link(wanted->consumers[i].rid, wanted->consumers[i].provider, consumer))
			return true;
	return false;
}

/* A peer that the file lists is no foreign one, though this node shall not read it. */
static bool is_listed(const WantedDatabase *wanted, const LiveConsumer *consumer)
{
	for (size_t i = 0; i < wanted->n_others; i++)
		if (strcmp(wanted->consumers[wanted->n_consumers + i].provider,
			   consumer->provider) == 0)
			return true;
	return false;
}

static bool is_read(const LiveDatabase *database, const LiveConsumer *consumer)
{
	for (size_t i = 0; i < database->n_consumers; i++)
		if (is_provider(&database->consumers[i]) &&
		    same_link(database->consumers[i].rid, database->consumers[i].provider,
			      consumer))
			return true;
	return false;
}

/* The next provider that nobody declares and that is not read any more, from *at on; NULL: no
 * other. */
static const LiveConsumer *removed_next(const ResultDatabase *database, size_t *at)
{
	const LiveDatabase *before = database->before;

	while (before->consumers != database->then->consumers && *at < before->n_consumers) {
		const LiveConsumer *consumer = &before->consumers[(*at)++];

		if (is_provider(consumer) && !is_declared(database->wanted, consumer) &&
		    !is_read(database->then, consumer))
			return consumer;
	}
	return NULL;
}

static void breach_of_removal(const ResultDatabase *database, const char *what, Breach *ret)
{
	*ret = (Breach){
		.kinds = CHANGES_OF_LINKS,
		.database = database->plan,
		.hold = {.guard = GUARD_REMOVAL,
			 .suffix = database->suffix,
			 .text = pool_printf(
				 database->result->diff->pool,
				 "%s would be removed from %s, and nobody asked for it: "
				 "its links stay as they are. " RESULT_FAULT "; if that is meant",
				 what, database->suffix),
			 .release = remedy_text(REMEDY_RELEASE_G4)},
	};
}

bool result_loses_provider(const ResultDatabase *database, Breach *ret)
{
	const Diff *diff = database->result->diff;
	const LiveConsumer *removed;

	if (diff_is_released(diff, GUARD_REMOVAL))
		return false;
	if (count_providers(database->before) > 0 && count_providers(database->then) == 0) {
		breach_of_removal(database, "the last provider", ret);
		return true;
	}
	for (size_t at = 0; (removed = removed_next(database, &at));) {
		const char *uri = removed->syncrepl.value[SYNCREPL_PROVIDER];

		if (is_listed(database->wanted, removed) ||
		    !known_is_foreign(diff->in->known, database->suffix, uri))
			continue;
		breach_of_removal(database, uri, ret);
		return true;
	}
	return false;
}

bool result_removes_many(const Result *result, Breach *ret)
{
	const Diff *diff = result->diff;
	ResultDatabase database;
	size_t n_removed = 0;

	if (diff_is_released(diff, GUARD_REMOVAL))
		return false;
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		if (result_database(result, &diff->plan->databases[i], &database))
			for (size_t at = 0; removed_next(&database, &at);)
				n_removed++;
	if (n_removed <= diff->in->desired->policy.max_removals)
		return false;
	*ret = (Breach){
		.kinds = CHANGES_OF_LINKS,
		.hold = {.guard = GUARD_REMOVAL,
			 .text = pool_printf(diff->pool,
					     "%zu providers would be removed, more than "
					     "\"max_removals\" lets go: no link is "
					     "changed. " RESULT_FAULT "; if that is meant",
					     n_removed),
			 .release = remedy_text(REMEDY_RELEASE_G4)},
	};
	return true;
}
