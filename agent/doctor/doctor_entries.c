/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>

#include "agent/doctor/doctor_look.h"
#include "agent/slapd/content_here.h"
#include "common/base/buf.h"
#include "common/copy/csn_set.h"

#define SID_COUNT 4096

/* How many entries carry each server ID. */
typedef struct EntrySids {
	size_t counts[SID_COUNT];
	size_t n_entries;
} EntrySids;

static int sids_read(Directory *directory, const char *suffix, EntrySids *ret, Error *err)
{
	static const char *const attributes[] = {"entryCSN", NULL};
	const DirectoryQuery query = {
		.base = suffix, .scope = DIRECTORY_SUBTREE, .attributes = attributes};
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};

	*ret = (EntrySids){0};
	if (directory_read(directory, &query, pool, &tree, err) < 0)
		return -1;
	for (size_t i = 0; i < tree.n_entries; i++) {
		const char *csn = entry_first(&tree.entries[i], "entryCSN");
		const int sid = csn ? csn_sid(csn) : -1;

		if (sid >= 0)
			ret->counts[sid]++;
		ret->n_entries += sid >= 0;
	}
	return 0;
}

static void database_skip(Doctor *doctor, const char *suffix, const Error *err)
{
	if (err->code == LDAP_SIZELIMIT_EXCEEDED)
		doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
			    pool_printf(doctor->pool,
					"%s has more entries than slapd lets root over ldapi see; "
					"add to its olcLimits: "
					"dn.exact=\"gidNumber=0+uidNumber=0,cn=peercred,"
					"cn=external,cn=auth\" size=unlimited time=unlimited",
					suffix));
	else
		doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
			    pool_printf(doctor->pool, "%s: %s", suffix, err->text));
}

/* --- the remedy, for a shell --- */

static void server_id_command(Buf *text, const Attribute *ids)
{
	buf_puts(text,
		 "printf '%s\\n' 'dn: cn=config' 'changetype: modify' 'replace: olcServerID'");
	for (size_t i = 0; ids && i < ids->n_values; i++)
		buf_printf(text, " 'olcServerID: %s'", ids->values[i].bytes);
	if (!ids)
		buf_puts(text, " 'olcServerID: 0'");
	buf_puts(text, " | ldapmodify -Y EXTERNAL -H ldapi:///");
}

static void touch_command(Buf *text, const Content *here, const char *suffix, const char *root_dn)
{
	buf_printf(text, "printf '%%s\\n' 'dn: %s' 'changetype: modify' 'replace: objectClass'",
		   suffix);
	for (size_t i = 0; i < here->n_object_classes; i++)
		buf_printf(text, " 'objectClass: %s'", here->object_classes[i]);
	buf_printf(text, " | ldapmodify -x -W -D '%s' -H ldapi:///", root_dn);
}

/* The server ID comes back whatever becomes of the two changes between. */
static const char *remedy(Doctor *doctor, const DoctorDatabase *database, const Content *here)
{
	const Attribute *ids = doctor->world.live.server_ids;
	const char *suffix = database->wanted->desired->suffix;
	Buf text = BUF_IN(doctor->pool);

	buf_puts(&text, "syncward pause 'contextCSN' --for 10m; ");
	server_id_command(&text, NULL);
	buf_puts(&text, "; ");
	for (int i = 0; i < 2; i++) {
		touch_command(&text, here, suffix, database->live->root_dn);
		buf_puts(&text, "; ");
	}
	server_id_command(&text, ids);
	buf_puts(&text, "; syncward resume");
	return buf_text(&text);
}

/* --- the check --- */

static void sid_find(Doctor *doctor, const DoctorDatabase *database, const Content *here,
		     unsigned sid, const EntrySids *sids)
{
	const char *how = "";

	if (sid == 0 && database->live->root_dn && doctor->world.live.server_ids)
		how = pool_printf(doctor->pool, "; at this node only: %s",
				  remedy(doctor, database, here));
	doctor_find(doctor->pool, &doctor->report, DOCTOR_OLD_ENTRIES, DOCTOR_WARNING,
		    "%s: %zu of %zu entries carry server ID %u, which contextCSN has not%s",
		    database->wanted->desired->suffix, sids->counts[sid], sids->n_entries, sid,
		    how);
}

/* contextCSN is read behind the entries: what was written meanwhile is in it. */
static void database_check(Doctor *doctor, const DoctorDatabase *database)
{
	const char *suffix = database->wanted->desired->suffix;
	EntrySids sids;
	Content here;
	Error err;

	if (sids_read(doctor->directory, suffix, &sids, &err) < 0 &&
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
	for (unsigned sid = 0; sid < SID_COUNT; sid++)
		if (sids.counts[sid] > 0 &&
		    !csn_newest(here.context_csns, here.n_context_csns, sid))
			sid_find(doctor, database, &here, sid, &sids);
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
