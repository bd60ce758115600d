/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>

#include "agent/doctor/doctor_look.h"
#include "agent/slapd/content_here.h"
#include "common/base/remedies.h"
#include "common/copy/old_entries.h"
#include "common/decide/healing.h"

static int entries_read(Directory *directory, Pool *pool, const char *suffix, EntrySet *ret,
			Error *err)
{
	static const char *const attributes[] = {"entryUUID", "entryCSN", NULL};
	const DirectoryQuery query = {
		.base = suffix, .scope = DIRECTORY_SUBTREE, .attributes = attributes};
	AUTO(Pool) *scratch = pool_new();
	Tree tree = {0};
	EntryMark mark;

	*ret = (EntrySet){.pool = pool};
	if (directory_read(directory, &query, scratch, &tree, err) < 0)
		return -1;
	for (size_t i = 0; i < tree.n_entries; i++)
		if (entry_mark_read(entry_first(&tree.entries[i], "entryUUID"),
				    entry_first(&tree.entries[i], "entryCSN"), &mark))
			entry_set_add(ret, &mark);
	return 0;
}

static void database_skip(Doctor *doctor, const char *suffix, const Error *err)
{
	if (err->code == LDAP_SIZELIMIT_EXCEEDED)
		doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
			    pool_printf(doctor->pool,
					"%s has more entries than slapd lets root over ldapi see; "
					"%s: %s",
					suffix, remedy_text(REMEDY_LIMITS_ANEW),
					remedy_text(REMEDY_ROOT_LIMITS)));
	else
		doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
			    pool_printf(doctor->pool, "%s: %s", suffix, err->text));
}

/* --- the check --- */

/* Server ID 0 is healed by the provider with the lowest id, the node's own by the node itself. */
static const char *remedy(const Doctor *doctor, const DoctorDatabase *database, unsigned sid)
{
	const Wanted *wanted = &doctor->inputs.wanted;
	const Peer *peer = healing_peer(wanted, database->wanted);

	if (sid == wanted->self->id || (sid == 0 && peer == wanted->self))
		return pool_printf(doctor->pool, "; to mend it: %s", remedy_text(REMEDY_HEAL));
	if (sid == 0)
		return pool_printf(doctor->pool, "; to mend it, at peer %u, %s: %s", peer->id,
				   peer->uri, remedy_text(REMEDY_HEAL));
	return "";
}

static void sid_find(Doctor *doctor, const DoctorDatabase *database, const SidTally *tally,
		     size_t n_entries)
{
	doctor_find(doctor->pool, &doctor->report, DOCTOR_OLD_ENTRIES, DOCTOR_WARNING,
		    "%s: %zu of %zu entries carry server ID %u, which contextCSN has not%s",
		    database->wanted->desired->suffix, tally->n_entries, n_entries, tally->sid,
		    remedy(doctor, database, tally->sid));
}

/* contextCSN is read behind the entries: what was written meanwhile is in it. */
static void database_check(Doctor *doctor, const DoctorDatabase *database)
{
	const char *suffix = database->wanted->desired->suffix;
	AUTO(Pool) *scratch = pool_new();
	SidTallies tallies;
	EntrySet entries;
	SidList old;
	Content here;
	Error err;

	if (entries_read(doctor->directory, scratch, suffix, &entries, &err) < 0 &&
	    err.code != LDAP_NO_SUCH_OBJECT) {
		database_skip(doctor, suffix, &err);
		return;
	}
	here = world_content_here(doctor->directory, doctor->pool, &doctor->world, suffix);
	if (here.state != CONTENT_READ) {
		doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
			    pool_printf(doctor->pool, "%s: %s", suffix, here.problem));
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_OLD_ENTRIES);
	tallies = sid_tallies(scratch, &entries);
	old = old_sids(scratch, &tallies, 1, here.context_csns, here.n_context_csns);
	for (size_t i = 0; i < old.n_items; i++)
		sid_find(doctor, database, sid_tally_find(&tallies, old.items[i]), entries.n_marks);
}

void doctor_old_entries(Doctor *doctor)
{
	if (!doctor_has_databases(doctor, DOCTOR_OLD_ENTRIES))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const DoctorDatabase *database = &doctor->databases[i];

		if (database->live && database->live->syncprov)
			database_check(doctor, database);
		else
			doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
				    pool_printf(doctor->pool,
						"%s is not read by peers (no syncprov)",
						database->wanted->desired->suffix));
	}
}
