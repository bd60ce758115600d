/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/syncrepl/syncrepl_rule.h"

const char *syncrepl_canonical(Pool *pool, SyncreplKeyword keyword, const char *value)
{
	const SyncreplRule *rule = &syncrepl_rules[keyword];

	return rule->canonical ? rule->canonical(pool, value) : value;
}

static const char *canonical_value(Pool *pool, SyncreplKeyword keyword, const Syncrepl *syncrepl)
{
	const char *value = syncrepl->value[keyword];

	return value ? syncrepl_canonical(pool, keyword, value) : syncrepl_rules[keyword].assumed;
}

static bool persists(Pool *pool, const Syncrepl *syncrepl)
{
	return strcmp(canonical_value(pool, SYNCREPL_TYPE, syncrepl), "refreshandpersist") == 0;
}

bool syncrepl_same(SyncreplKeyword keyword, const Syncrepl *one, const Syncrepl *other)
{
	AUTO(Pool) *scratch = NULL;
	const char *first = one->value[keyword], *second = other->value[keyword];

	/* Most values are spelled the same, and this is called for each keyword of each value. */
	if (first == second || (first && second && strcmp(first, second) == 0))
		return true;
	scratch = pool_new();
	/* slapd waits an interval only between refreshes. */
	if (syncrepl_rules[keyword].only_polling &&
	    (persists(scratch, one) || persists(scratch, other)))
		return true;
	first = canonical_value(scratch, keyword, one);
	second = canonical_value(scratch, keyword, other);
	return first == second || (first && second && strcmp(first, second) == 0);
}

bool syncrepl_equal(const Syncrepl *one, const Syncrepl *other)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (!syncrepl_same((SyncreplKeyword)i, one, other))
			return false;
	return true;
}
