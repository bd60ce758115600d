/* SPDX-License-Identifier: Apache-2.0 */
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dbindex.h"

/* Over existing entries an index takes time, and holds up the next write: the reader of the plan
 * must know. */
static const char *index_why(const Diff *diff, const char *suffix, const char *by)
{
	const char *counted = live_entries_counted(&diff->in->live->sizes, suffix);

	if (!diff_may_have_entries(diff, suffix))
		return pool_printf(diff->pool, "%s searches by it", by);
	return pool_printf(diff->pool,
			   "%s searches by it; slapd builds it over %s%s, which takes time, "
			   "and nothing else is written meanwhile",
			   by, counted ? counted : "the entries that are there",
			   counted ? " entries" : "");
}

void diff_index(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	/* slapd's consumer finds by its entryUUID the entry that a provider sends; the first one is
	 * syncprov's. */
	static const char *const attributes[] = {"entryCSN", "entryUUID"};
	const bool is_read = peer_is_read(diff->in->wanted->self);
	const char *by = is_read ? "syncprov" : "slapd's consumer";
	const Attribute *index = entry_attribute(live->entry, "olcDbIndex");
	const char *why = index_why(diff, wanted->desired->suffix, by);

	for (size_t i = is_read ? 0 : 1; i < ARRAY_SIZE(attributes); i++) {
		DbIndex found = dbindex_find(index, attributes[i]);

		if (found == DBINDEX_NONE)
			plan_add_change(diff->pool, diff->plan,
					(Change){
						.kind = CHANGE_INDEX,
						.suffix = wanted->desired->suffix,
						.dn = live->entry->dn,
						.attribute = "olcDbIndex",
						.subject = attributes[i],
						.new_value = pool_printf(diff->pool, "%s eq",
									 attributes[i]),
						.why = why,
					});
		else if (found == DBINDEX_OTHER)
			plan_add_finding(diff->pool, diff->plan, SEVERITY_WARNING,
					 "index-without-eq", wanted->desired->suffix,
					 "%s indexes %s, but not for equality, by which %s "
					 "searches; slapd takes no second definition: %s",
					 live->entry->dn, attributes[i], by,
					 remedy_text(REMEDY_INDEX));
	}
}
