/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ldap/oldest_entries.h"

#include <stdio.h>

#include "common/copy/copy_coverage.h"
#include "common/copy/stamps.h"

/* Enough for the containers that were there first, of which some are never written again. */
#define SAMPLE 25

/* Only where others are shown with both of them: olcAccess may hide the two from root. */
static bool is_unstamped(const Entry *entry)
{
	return entry_first(entry, "objectClass") &&
	       (!entry_first(entry, "entryUUID") || !entry_first(entry, "entryCSN"));
}

OldEntries oldest_entries_look(Directory *directory, const char *suffix)
{
	static const char *const attributes[] = {"objectClass", "entryUUID", "entryCSN",
						 "contextCSN", NULL};
	const DirectoryQuery query = {.base = suffix,
				      .scope = DIRECTORY_SUBTREE,
				      .attributes = attributes,
				      .size_limit = SAMPLE};
	AUTO(Pool) *pool = pool_new();
	const Attribute *csns = NULL;
	EntrySet set = {.pool = pool};
	OldEntries ret;
	const char *latest;
	SidTallies tallies;
	EntryMark mark;
	Tree tree = {0};
	size_t n_unstamped = 0;
	SidList old;
	Error err;

	if (directory_read(directory, &query, pool, &tree, &err) < 0)
		return (OldEntries){0};
	for (size_t i = 0; i < tree.n_entries; i++) {
		if (entry_mark_read(entry_first(&tree.entries[i], "entryUUID"),
				    entry_first(&tree.entries[i], "entryCSN"), &mark))
			entry_set_add(&set, &mark);
		else if (is_unstamped(&tree.entries[i]))
			n_unstamped++;
		if (!csns)
			csns = entry_attribute(&tree.entries[i], "contextCSN");
	}
	if (!csns || !coverage_is_seen(&tree))
		return (OldEntries){0};
	tallies = sid_tallies(pool, &set);
	old = old_sids(pool, &tallies, 1, attribute_texts(pool, csns), csns->n_values);
	ret = (OldEntries){.is_known = true,
			   .are_there = old.n_items > 0,
			   .sid = old.n_items > 0 ? old.items[0] : 0,
			   .n_unstamped = set.n_marks > 0 ? n_unstamped : 0};
	latest = stamp_latest(attribute_texts(pool, csns), csns->n_values);
	if (latest)
		snprintf(ret.latest, sizeof(ret.latest), "%s", latest);
	return ret;
}
