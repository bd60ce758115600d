/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/doctor/doctor_look.h"
#include "agent/ldap/content_here.h"
#include "common/draft/healing.h"
#include "common/entries/old_entries.h"
#include "common/remedies/remedies.h"

/* --- reading --- */

/* As root over ldapi, or with the account of a link whose password its peer accepted just now. */
HereQuestion doctor_here_question(const Doctor *doctor, const DoctorDatabase *database)
{
	const WantedDatabase *wanted = database->wanted;
	HereQuestion question = {.ldap_uri = doctor->context.socket.uri,
				 .suffix = wanted->desired->suffix,
				 .lists =
					 live_access_lists(&doctor->seen.world.live, database->live,
							   wanted->desired->suffix)};

	for (size_t i = 0; database->probes && i < wanted->n_consumers; i++)
		if (database->probes[i].steps[PROBE_BIND] == PROBE_GOOD)
			accounts_add(doctor->pool, &question, &wanted->consumers[i].syncrepl);
	return question;
}

static void database_skip(Doctor *doctor, const char *suffix, const CopyReading *reading)
{
	const char *why = copy_reading_describe(doctor->pool, reading);

	if (reading->is_limited)
		why = pool_printf(doctor->pool,
				  "it has more entries than slapd lets root over ldapi see; %s: %s",
				  remedy_text(REMEDY_LIMITS_ANEW), remedy_text(REMEDY_ROOT_LIMITS));
	doctor_skip(doctor, DOCTOR_OLD_ENTRIES, pool_printf(doctor->pool, "%s: %s", suffix, why));
}

/* --- the check --- */

/* Server ID 0 is healed by the provider with the lowest id, the node's own by the node itself. */
static const char *remedy(const Doctor *doctor, const DoctorDatabase *database, unsigned sid)
{
	const Wanted *wanted = &doctor->inputs.wanted;
	const Peer *peer = healing_peer(wanted, database->wanted);

	if (sid == peer_server_id(wanted->self) || (sid == 0 && peer == wanted->self))
		return pool_printf(doctor->pool, "; to mend it: %s", remedy_text(REMEDY_HEAL));
	if (sid == 0)
		return pool_printf(doctor->pool, "; to mend it, at peer %u, %s: %s", peer->id,
				   peer->uri, remedy_text(REMEDY_HEAL));
	return "";
}

static void sid_find(Doctor *doctor, const DoctorDatabase *database, const SidTally *tally,
		     size_t n_entries)
{
	doctor_find(
		doctor->pool, &doctor->report, DOCTOR_OLD_ENTRIES, DOCTOR_WARNING,
		"%s: %zu of %zu entries carry server ID %u, which contextCSN has not, or not as new%s",
		database->wanted->desired->suffix, tally->n_entries, n_entries, tally->sid,
		remedy(doctor, database, tally->sid));
}

/* What was seen is reported, even where it may not be all. */
static void entries_judge(Doctor *doctor, const DoctorDatabase *database, const HereCopy *copy,
			  const Content *here)
{
	AUTO(Pool) *scratch = pool_new();
	const SidTallies tallies = sid_tallies(scratch, &copy->set);
	const SidList old =
		old_sids(scratch, &tallies, 1, here->context_csns, here->n_context_csns);

	for (size_t i = 0; i < old.n_items; i++)
		sid_find(doctor, database, sid_tally_find(&tallies, old.items[i]),
			 copy->set.n_marks);
	if (copy_reading_sight(&copy->reading) == COPY_SIGHT_WHOLE)
		doctor_saw(&doctor->report, DOCTOR_OLD_ENTRIES);
	else
		database_skip(doctor, database->wanted->desired->suffix, &copy->reading);
}

/* contextCSN is read after the entries: what was written meanwhile is in it. */
static void database_check(Doctor *doctor, const DoctorDatabase *database)
{
	const char *suffix = database->wanted->desired->suffix;
	AUTO(Pool) *scratch = pool_new();
	HereQuestion question;
	HereCopy copy;
	Content here;

	question = doctor_here_question(doctor, database);
	here_copy_read(scratch, &question, &copy);
	here = world_content_here(doctor->directory, doctor->pool, &doctor->seen.world, suffix);
	if (here.state != CONTENT_READ)
		doctor_skip(doctor, DOCTOR_OLD_ENTRIES,
			    pool_printf(doctor->pool, "%s: %s", suffix, here.problem));
	else if (!here.entry.exists)
		doctor_saw(&doctor->report, DOCTOR_OLD_ENTRIES); /* it is empty */
	else if (copy.reading.is_read)
		entries_judge(doctor, database, &copy, &here);
	else
		database_skip(doctor, suffix, &copy.reading);
	here_copy_close(&copy);
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
