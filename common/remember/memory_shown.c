/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remember/memory_shown.h"

#include "common/copy/met_peers.h"

static SeenChanges seen_of(Pool *pool, const DatabaseFacts *facts, const SeenChanges *before)
{
	const SeenChanges near =
		seen_changes_join(pool, before, &facts->here, facts->peers, facts->n_peers);
	const SeenChanges far =
		seen_changes_join(pool, &near, &facts->here, facts->others, facts->n_others);

	return seen_changes_join(pool, &far, &facts->here, facts->heirs, facts->n_heirs);
}

static PeerIds met_of(Pool *pool, const DatabaseFacts *facts, const PeerIds *before)
{
	const PeerIds near =
		met_peers_join(pool, before, &facts->here, facts->peers, facts->n_peers);

	return met_peers_join(pool, &near, &facts->here, facts->others, facts->n_others);
}

void memory_shown(Pool *pool, const Facts *facts, const KnownDatabase *before, KnownDatabase *ret)
{
	static const KnownDatabase nothing;
	const KnownDatabase *known = before && before->is_joining ? before : &nothing;
	const DatabaseFacts *database = facts_of(facts, ret->suffix);

	ret->seen = database ? seen_of(pool, database, &known->seen) : known->seen;
	ret->met = database ? met_of(pool, database, &known->met) : known->met;
}
