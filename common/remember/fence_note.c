/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remember/fence_note.h"

#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/decide/copy_doubted.h"

static bool covers(const CopyHealth *here, const char *const *csns, size_t n_csns)
{
	return csn_covers(here->csns, here->n_csns, csns, n_csns);
}

/* Every peer of this database that could be asked has no more than is here, and one was. */
static bool is_proven(const DatabaseHealth *health)
{
	size_t n_same = 0;

	for (size_t i = 0; i < health->n_peers; i++) {
		const CopyHealth *peer = &health->peers[i];

		if (!peer->is_current || !peer->has_suffix || peer->n_csns == 0 ||
		    copy_identity(peer->entry_uuid, health->here.entry_uuid) != COPY_IS_SAME)
			continue;
		if (!covers(&health->here, peer->csns, peer->n_csns))
			return false;
		n_same++;
	}
	return n_same > 0;
}

static bool is_to_be_noted(const FenceNote *note, const DatabaseHealth *health,
			   const LastSeen *before)
{
	const LiveDatabase *live;

	if (live_find_database(note->live, health->suffix, &live) != 1 ||
	    (!live->syncprov && !live->is_multi_provider))
		return false;
	if (!health->here.is_current || !health->here.has_suffix || health->here.n_csns == 0)
		return false;
	if (plan_doubts_copy(&note->plan->held, health->suffix) ||
	    fence_is_closed(&note->known->fence, health->suffix))
		return false;
	return !before || covers(&health->here, before->csns, before->n_csns) || is_proven(health);
}

bool fence_note_is_new(const Known *known, const Live *live, const char *suffix)
{
	const LiveDatabase *database;

	return !last_seen(&known->seen, suffix) &&
	       live_find_database(live, suffix, &database) == 1 && database->is_multi_provider;
}

/* The daemon gives back only what it makes itself, and not to a node that left. */
static bool is_relay(const FenceNote *note, const char *suffix)
{
	const Wanted *wanted = note->plan->wanted;
	const WantedDatabase *database = wanted ? wanted_find(wanted, suffix) : NULL;

	return database && database->desired->syncprov.is_managed &&
	       wanted->desired->policy.mode == POLICY_ENFORCE &&
	       !known_left(&note->known->leave, suffix) && wanted_is_relay(wanted, database);
}

static DatabaseFile file_of(const FenceNote *note, const char *suffix)
{
	const DatabaseFacts *facts = note->facts ? facts_of(note->facts, suffix) : NULL;

	return facts ? facts->before.file : (DatabaseFile){0};
}

void fence_note_databases(Pool *pool, const FenceNote *note, LastSeenAll *seen)
{
	for (size_t i = 0; i < note->n_databases; i++) {
		const DatabaseHealth *health = &note->databases[i];
		const LastSeen *before = last_seen(&note->known->seen, health->suffix);

		if (is_to_be_noted(note, health, before))
			POOL_PUSH(pool, seen->items, seen->n_items,
				  {.suffix = health->suffix,
				   .csns = health->here.csns,
				   .n_csns = health->here.n_csns,
				   .start = note->live->start_time,
				   .file = file_of(note, health->suffix)});
		else if (before)
			POOL_PUSH(pool, seen->items, seen->n_items, *before);
		else
			continue;
		seen->items[seen->n_items - 1].is_relay = is_relay(note, health->suffix);
	}
}
