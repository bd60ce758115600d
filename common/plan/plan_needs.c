/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/plan_needs.h"

#include <string.h>

Need *plan_need_of(Pool *pool, PlanNeeds *needs, const char *suffix, const WantedDatabase *database)
{
	for (size_t i = 0; i < needs->n_contents; i++)
		if (needs->contents[i].database == database &&
		    (database || needs->contents[i].suffix == suffix))
			return &needs->contents[i];
	POOL_PUSH(pool, needs->contents, needs->n_contents,
		  {.suffix = suffix, .database = database});
	return &needs->contents[needs->n_contents - 1];
}

static void content_join(const Need *other, Need *need)
{
	if (other->coverage && !need->coverage)
		need->sid = other->sid;
	need->peers |= other->peers;
	need->heirs |= other->heirs;
	need->catches_up |= other->catches_up;
	need->coverage |= other->coverage;
	need->readers |= other->readers;
	need->anybody |= other->anybody;
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
		content_join(&others->contents[i],
			     plan_need_of(pool, needs, others->contents[i].suffix,
					  others->contents[i].database));
	for (size_t i = 0; i < others->n_links; i++)
		if (!has_link(needs, &others->links[i]))
			POOL_PUSH(pool, needs->links, needs->n_links, others->links[i]);
	for (size_t i = 0; i < others->n_readers; i++)
		if (!has_reader(needs, &others->readers[i]))
			POOL_PUSH(pool, needs->readers, needs->n_readers, others->readers[i]);
	needs->sessions |= others->sessions;
	needs->multi_provider_name |= others->multi_provider_name;
}
