/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/look_file.h"

#include "agent/disk/mdb_file.h"
#include "agent/ldap/oldest_entries.h"
#include "common/draft/emptied_ids.h"

/* What root may not see is not gone. */
static bool sees_entries(Directory *directory, const char *suffix)
{
	return oldest_entries_look(directory, suffix).is_known;
}

void look_file(Directory *directory, const PlanInput *input, const LiveDatabase *live,
	       DatabaseFacts *facts)
{
	static const char *const attributes[] = {"1.1", NULL};
	const char *folder = entry_first(live->entry, "olcDbDirectory");
	AUTO(Pool) *pool = pool_new();
	DirectoryQuery query = {.base = facts->suffix,
				.scope = DIRECTORY_SUBTREE,
				.attributes = attributes,
				.size_limit = 1};
	Tree tree = {0};
	Error err;

	if (!folder || mdb_file_look(folder, &facts->before.file, &err) < 0)
		return;
	query.filter = emptied_since_filter(pool, input, live, facts);
	if (!query.filter || !sees_entries(directory, facts->suffix) ||
	    directory_read(directory, &query, pool, &tree, &err) < 0)
		return;
	facts->before.was_asked = true;
	facts->before.has_entries = tree.n_entries > 0;
}
