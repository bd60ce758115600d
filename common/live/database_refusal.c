/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/database_refusal.h"

#include <strings.h>

#include "common/live/live_log.h"
#include "common/live/overlays.h"
#include "common/slapd/dn.h"

static bool is_one_of(const char *name, const char *const *names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Only what is known to do all that is written can be written to: back-ldif, for one, has no
 * olcDbIndex. */
static const char *backend_refusal(Pool *pool, const LiveDatabase *database)
{
	static const char *const known[] = {"mdb", "hdb", "bdb"};
	static const char *const without_entries[] = {"ldap", "meta", "asyncmeta", "relay", "null"};
	const char *name = entry_first(database->entry, "olcDatabase");

	name = name ? ordered_text(name) : "unknown";
	if (is_one_of(name, known, ARRAY_SIZE(known)))
		return NULL;
	if (is_one_of(name, without_entries, ARRAY_SIZE(without_entries)))
		return "does not store entries itself";
	return pool_printf(pool, "is kept by back-%s, which is none of mdb, hdb and bdb", name);
}

static bool is_within(const Attribute *suffixes, const Attribute *superiors)
{
	for (size_t i = 0; suffixes && i < suffixes->n_values; i++)
		for (size_t j = 0; superiors && j < superiors->n_values; j++)
			if (dn_is_within(suffixes->values[i].bytes, superiors->values[j].bytes))
				return true;
	return false;
}

/* Glue makes one tree of several databases, and contextCSN covers only one of them. */
static const char *glue_refusal(Pool *pool, const Live *live, const LiveDatabase *database)
{
	if (entry_attribute(database->entry, "olcSubordinate"))
		return "is glued to a superior database (olcSubordinate)";
	for (size_t i = 0; i < live->n_databases; i++) {
		const LiveDatabase *other = &live->databases[i];

		if (other == database || !other->suffixes ||
		    !entry_attribute(other->entry, "olcSubordinate"))
			continue;
		if (is_within(other->suffixes, database->suffixes))
			return pool_printf(pool,
					   "has the database %s glued beneath it "
					   "(olcSubordinate), of whose changes its contextCSN "
					   "says nothing",
					   other->suffixes->values[0].bytes);
		if (is_within(database->suffixes, other->suffixes))
			return pool_printf(pool,
					   "lies beneath %s, which is glued to a superior "
					   "database (olcSubordinate)",
					   other->suffixes->values[0].bytes);
	}
	return NULL;
}

bool live_is_disabled(const LiveDatabase *database)
{
	return entry_has_value(database->entry, "olcDisabled", "TRUE");
}

const char *database_refusal(Pool *pool, const Live *live, const LiveDatabase *database)
{
	const char *refusal = live_is_disabled(database) ? "is disabled (olcDisabled: TRUE)"
							 : backend_refusal(pool, database);
	const LiveDatabase *logged;

	for (size_t i = 0; !refusal && i < database->suffixes->n_values; i++)
		if (database->suffixes->values[i].len == 0)
			refusal = "has the empty suffix, which peers.json cannot name";
	if (!refusal && entry_has_value(database->entry, "olcSyncUseSubentry", "TRUE"))
		refusal = "keeps its contextCSN in an entry of its own (olcSyncUseSubentry: TRUE), "
			  "where no node compares it";
	if (!refusal && overlay_is_there(live, database, "translucent"))
		refusal = "shows what another server holds (overlay translucent)";
	if (!refusal && (logged = live_logged(live, database)))
		refusal = pool_printf(
			pool,
			"is the log of changes of %s (olcAccessLogDB), which each server writes by itself",
			logged->suffixes->values[0].bytes);
	return refusal ? refusal : glue_refusal(pool, live, database);
}
