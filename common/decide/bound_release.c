/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/bound_release.h"

#include <string.h>
#include <strings.h>

#include "common/plan/release_token.h"

unsigned bound_releases_stale(Pool *pool, const Consent *consent, const Plan *held)
{
	unsigned found = 0;

	for (int guard = 0; consent->tokens && guard < GUARD_COUNT; guard++) {
		const char *now;

		if (!consent->tokens[guard] || !(consent->released & GUARD_BIT(guard)))
			continue;
		now = release_token(pool, held, (Guard)guard, consent->released_suffix);
		if (!now || strcasecmp(now, consent->tokens[guard]) != 0)
			found |= GUARD_BIT(guard);
	}
	return found;
}

/* --- needs --- */

static Need *need_find(const PlanNeeds *needs, const Need *like)
{
	for (size_t i = 0; i < needs->n_contents; i++)
		if (needs->contents[i].database == like->database &&
		    (like->database || needs->contents[i].suffix == like->suffix))
			return &needs->contents[i];
	return NULL;
}

static void content_join(Pool *pool, const Need *other, PlanNeeds *needs)
{
	Need *need = need_find(needs, other);

	if (!need) {
		POOL_PUSH(pool, needs->contents, needs->n_contents, *other);
		return;
	}
	if (other->coverage && !need->coverage)
		need->sid = other->sid;
	need->peers |= other->peers;
	need->heirs |= other->heirs;
	need->catches_up |= other->catches_up;
	need->coverage |= other->coverage;
	need->readers |= other->readers;
	need->extra |= other->extra;
}

static bool has_link(const PlanNeeds *needs, const LinkNeed *like)
{
	for (size_t i = 0; i < needs->n_links; i++)
		if (needs->links[i].consumer == like->consumer &&
		    needs->links[i].former == like->former)
			return true;
	return false;
}

static bool has_reader(const PlanNeeds *needs, const ReaderNeed *like)
{
	for (size_t i = 0; i < needs->n_readers; i++)
		if (needs->readers[i].database == like->database &&
		    strcmp(needs->readers[i].reader, like->reader) == 0)
			return true;
	return false;
}

void plan_needs_join(Pool *pool, const PlanNeeds *others, PlanNeeds *needs)
{
	for (size_t i = 0; i < others->n_contents; i++)
		content_join(pool, &others->contents[i], needs);
	for (size_t i = 0; i < others->n_links; i++)
		if (!has_link(needs, &others->links[i]))
			POOL_PUSH(pool, needs->links, needs->n_links, others->links[i]);
	for (size_t i = 0; i < others->n_readers; i++)
		if (!has_reader(needs, &others->readers[i]))
			POOL_PUSH(pool, needs->readers, needs->n_readers, others->readers[i]);
	needs->sessions |= others->sessions;
	needs->multi_provider_name |= others->multi_provider_name;
}
