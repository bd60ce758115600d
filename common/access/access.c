/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access.h"

#include "common/access/access_rule.h"
#include "common/access/selector.h"

#define NARROW_MAX 4 /* values that are added one by one, each before the one that hides */

/* "by self break" leaves the identity's own entry to what decides there now. */
static const char *value_print(Pool *pool, const char *what, bool spares_self, const char *dn)
{
	return pool_printf(pool, "to %s%s by %s read by * break", what,
			   spares_self ? " by self break" : "", selector_dn_print(pool, dn));
}

static AccessLists lists_with(Pool *pool, const AccessLists *lists, const AccessAddition *addition)
{
	AccessLists with = *lists;

	with.database = access_list_insert(pool, lists->database, addition->index, addition->value);
	return with;
}

static bool reads_everything(Pool *pool, const AccessLists *lists, const char *dn)
{
	return read_rights_judge(pool, lists, dn).outcome == READS_EVERYTHING;
}

/* Adds to the grant what covers every entry; false when that takes a right away. */
static bool grant_whole(Pool *pool, const AccessLists *lists, const char *dn, AccessGrant *grant)
{
	for (int spares_self = 0; spares_self <= 1; spares_self++) {
		const AccessAddition whole = {.value = value_print(pool, "*", spares_self, dn)};
		const AccessLists with = lists_with(pool, lists, &whole);

		if (!read_rights_survive(pool, lists, 0, whole.value, dn) ||
		    !reads_everything(pool, &with, dn))
			continue;
		POOL_PUSH(pool, grant->additions, grant->n_additions, whole);
		return true;
	}
	return false;
}

/* Finds what covers no more than the value that hides, and stands right before it. */
static bool addition_find(Pool *pool, const AccessLists *lists, const char *dn,
			  const ReadRights *rights, AccessAddition *ret)
{
	const size_t n_own = lists->database ? lists->database->n_values : 0;

	if (!rights->place.is_rule)
		return false;
	ret->index = rights->place.is_frontend ? n_own : rights->place.index;
	for (int spares_self = 0; spares_self <= 1; spares_self++) {
		ret->value = value_print(pool, access_rule_parse(pool, rights->text).what_text,
					 spares_self, dn);
		if (read_rights_survive(pool, lists, ret->index, ret->value, dn))
			return true;
	}
	return false;
}

static bool grant_narrow(Pool *pool, const AccessLists *lists, const char *dn, AccessGrant *grant)
{
	AccessLists with = *lists;
	AccessGrant narrow = {0};

	while (narrow.n_additions < NARROW_MAX) {
		const ReadRights rights = read_rights_judge(pool, &with, dn);
		AccessAddition addition;

		if (rights.outcome == READS_EVERYTHING) {
			*grant = narrow;
			return true;
		}
		if (!addition_find(pool, &with, dn, &rights, &addition))
			return false;
		POOL_PUSH(pool, narrow.additions, narrow.n_additions, addition);
		with = lists_with(pool, &with, &addition);
	}
	return false;
}

AccessGrant access_grant(Pool *pool, const AccessLists *lists, const char *dn)
{
	AccessGrant grant = {0};

	if (reads_everything(pool, lists, dn) || grant_whole(pool, lists, dn, &grant) ||
	    grant_narrow(pool, lists, dn, &grant))
		return grant;
	grant.takes_rights = true;
	POOL_PUSH(pool, grant.additions, grant.n_additions,
		  {.value = value_print(pool, "*", false, dn)});
	return grant;
}
