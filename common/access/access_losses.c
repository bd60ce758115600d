/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access_losses.h"

#include <string.h>

#include "common/access/access_rule.h"
#include "common/access/read_rights.h"

/* Stands for everybody whom no value names. */
#define ANYBODY "cn=x-syncward-anybody"

static size_t count(const Attribute *list)
{
	return list ? list->n_values : 0;
}

/* Which values of the list are new; false when one of those before is not there, or not in its
 * place among the others. */
static bool additions_find(const Attribute *before, const Attribute *after, bool *ret_is_new)
{
	size_t n_found = 0;

	for (size_t i = 0; i < count(after); i++) {
		const char *value = ordered_text(after->values[i].bytes);

		ret_is_new[i] = n_found == count(before) ||
				strcmp(ordered_text(before->values[n_found].bytes), value) != 0;
		n_found += !ret_is_new[i];
	}
	return n_found == count(before);
}

/* The clause that concerns them sends them on to the next value with what they brought. */
static bool sends_on(Pool *pool, const char *value, bool is_own)
{
	const AccessRule rule = access_rule_parse(pool, value);

	for (size_t i = 0; i < rule.n_clauses; i++) {
		const AccessClause *clause = &rule.clauses[i];
		const SelectorMatch means = access_clause_means(clause, ANYBODY, is_own);

		if (means == SELECTOR_NO)
			continue;
		if (clause->control != ACCESS_BREAK || clause->operation != ACCESS_GIVE ||
		    clause->privileges != 0)
			return false;
		if (means == SELECTOR_YES)
			return true;
	}
	return false;
}

/* The first value that a server gets ends everybody's right to read. */
static bool is_first(const AccessLists *before, const AccessLists *after)
{
	return count(before->database) + count(before->frontend) == 0 && count(after->database) > 0;
}

bool access_spares_others(Pool *pool, const AccessLists *before, const AccessLists *after)
{
	bool *is_new = pool_alloc(pool, count(after->database) + 1);

	if (!additions_find(before->database, after->database, is_new) || is_first(before, after))
		return false;
	for (size_t i = 0; i < count(after->database); i++)
		if (is_new[i] && (!sends_on(pool, after->database->values[i].bytes, false) ||
				  !sends_on(pool, after->database->values[i].bytes, true)))
			return false;
	return true;
}

bool access_spares(Pool *pool, const AccessLists *before, const AccessLists *after, const char *dn)
{
	bool *is_new = pool_alloc(pool, count(after->database) + 1);
	AccessLists lists = *before;

	if (!additions_find(before->database, after->database, is_new))
		return false;
	for (size_t i = 0; i < count(after->database); i++) {
		const char *value = ordered_text(after->database->values[i].bytes);

		if (!is_new[i])
			continue;
		if (!read_rights_survive(pool, &lists, i, value, dn))
			return false;
		lists.database = access_list_insert(pool, lists.database, i, value);
	}
	return true;
}
