/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/doctor/doctor_look.h"
#include "common/access/limits.h"
#include "common/guard/reader_verdict.h"
#include "common/live/reader_basis.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dbindex.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_pace.h"

typedef void ReaderCheck(Doctor *doctor, const DoctorDatabase *database, const char *reader);

/* Of databases that this server has; of the others nothing is known. */
static bool is_there(Doctor *doctor, DoctorCheck check, const DoctorDatabase *database)
{
	if (database->live)
		doctor_saw(&doctor->report, check);
	else
		doctor_skip(doctor, check,
			    pool_printf(doctor->pool, "this server has not one database %s",
					database->wanted->desired->suffix));
	return database->live != NULL;
}

/* The rootdn may do everything. */
static void for_reader(Doctor *doctor, const DoctorDatabase *database, const char *reader,
		       ReaderCheck *check)
{
	if (!database->live->root_dn || !dn_equal(database->live->root_dn, reader))
		check(doctor, database, reader);
}

static void skip_unknown_reader(Doctor *doctor, DoctorCheck code, const WantedDatabase *wanted)
{
	if (!peer_is_read(doctor->inputs.wanted.self))
		return;
	if (wanted_count_readers(wanted) == 0)
		doctor_skip(doctor, code,
			    pool_printf(doctor->pool,
					"peers.json does not say as whom peers read %s "
					"(\"readers\")",
					wanted->desired->suffix));
}

static void check_rights(Doctor *doctor, const DoctorDatabase *database, const char *reader)
{
	const Live *live = &doctor->seen.world.live;
	const char *suffix = database->wanted->desired->suffix;
	const AccessLists lists = live_access_lists(live, database->live, suffix);
	char basis[SHA256_HEX_SIZE];
	const ReaderQuestion question = {.lists = &lists,
					 .lists_are_live = true,
					 .reader = reader,
					 .views = &doctor->seen.readers.views,
					 .basis = basis};
	ReaderVerdict verdict;

	live_reader_basis(live, database->live, basis);
	verdict = reader_judge(doctor->pool, &question);
	if (verdict.outcome != READS_EVERYTHING)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_READERS,
			    verdict.outcome == READS_DENIED ? DOCTOR_ERROR : DOCTOR_WARNING,
			    "%s: %s", suffix, verdict.sentence);
}

static void check_readers(Doctor *doctor, const DoctorDatabase *database)
{
	const WantedDatabase *wanted = database->wanted;

	for (size_t i = 0; i < wanted_count_readers(wanted); i++)
		for_reader(doctor, database, wanted->readers[i], check_rights);
	if (wanted->has_unknown_reader)
		check_rights(doctor, database, NULL);
	else
		skip_unknown_reader(doctor, DOCTOR_READERS, wanted);
}

void doctor_readers(Doctor *doctor)
{
	if (!doctor_has_databases(doctor, DOCTOR_READERS))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++)
		if (is_there(doctor, DOCTOR_READERS, &doctor->databases[i]))
			check_readers(doctor, &doctor->databases[i]);
}

static void check_limits(Doctor *doctor, const DoctorDatabase *database, const char *reader)
{
	if (!limits_are_unlimited(entry_attribute(database->live->entry, "olcLimits"),
				  database->live->cuts_unchecked, reader)) {
		doctor_find(doctor->pool, &doctor->report, DOCTOR_LIMITS, DOCTOR_WARNING,
			    "%s: the first olcLimits value that concerns %s does not let it read "
			    "everything (or there is none)",
			    database->wanted->desired->suffix, reader);
		if (!database->wanted->desired->manages_limits)
			doctor_remedy(&doctor->report,
				      pool_printf(doctor->pool, "%s: %s",
						  remedy_text(REMEDY_LIMITS_ANEW),
						  remedy_fill(doctor->pool, REMEDY_LIMITS_FIRST,
							      reader)));
	}
}

void doctor_limits(Doctor *doctor)
{
	if (!doctor_has_databases(doctor, DOCTOR_LIMITS))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const DoctorDatabase *database = &doctor->databases[i];

		if (!is_there(doctor, DOCTOR_LIMITS, database))
			continue;
		skip_unknown_reader(doctor, DOCTOR_LIMITS, database->wanted);
		for (size_t k = 0; k < database->wanted->n_readers; k++)
			for_reader(doctor, database, database->wanted->readers[k], check_limits);
	}
}

static void check_index(Doctor *doctor, const DoctorDatabase *database, const char *attribute)
{
	const DbIndex found =
		dbindex_find(entry_attribute(database->live->entry, "olcDbIndex"), attribute);

	if (found == DBINDEX_EQUALITY)
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_INDICES, DOCTOR_WARNING,
		    "%s: %s is not indexed for equality", database->wanted->desired->suffix,
		    attribute);
	if (found == DBINDEX_OTHER)
		doctor_remedy(&doctor->report, remedy_text(REMEDY_INDEX));
	else if (!database->wanted->desired->manages_index)
		doctor_remedy(&doctor->report,
			      remedy_fill(doctor->pool, REMEDY_INDEX_LINE, attribute));
}

/* Those that are missing, for people; NULL: none is. */
static const char *timeouts_missing(const Syncrepl *syncrepl)
{
	const bool has_timeout = syncrepl_number(syncrepl, SYNCREPL_TIMEOUT) > 0;
	const bool has_network_timeout = syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT) > 0;

	if (has_timeout)
		return has_network_timeout ? NULL : "network-timeout";
	return has_network_timeout ? "timeout" : "timeout and network-timeout";
}

static bool has_timeouts(const Syncrepl *syncrepl)
{
	return !timeouts_missing(syncrepl);
}

void doctor_indices(Doctor *doctor)
{
	static const char *const attributes[] = {"entryCSN", "entryUUID"};

	if (!doctor_has_databases(doctor, DOCTOR_INDICES))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const DoctorDatabase *database = &doctor->databases[i];

		if (!is_there(doctor, DOCTOR_INDICES, database))
			continue;
		/* By the first one syncprov searches. */
		for (size_t k = peer_is_read(doctor->inputs.wanted.self) ? 0 : 1;
		     k < ARRAY_SIZE(attributes); k++)
			check_index(doctor, database, attributes[k]);
	}
}

/* How a link gets time limits: one of ours through peers.json, because any other change is
 * undone. */
static const char *timeouts_remedy(Doctor *doctor, const LiveConsumer *consumer)
{
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const WantedDatabase *wanted = doctor->databases[i].wanted;

		for (size_t k = 0; k < wanted->n_consumers; k++)
			if (strcmp(wanted->consumers[k].provider, consumer->provider) == 0)
				return has_timeouts(&wanted->consumers[k].syncrepl)
					       ? remedy_text(REMEDY_APPLY)
					       : pool_printf(
							 doctor->pool,
							 "write in \"syncrepl\" of peers.json: %s",
							 remedy_text(REMEDY_TIMEOUTS));
	}
	return remedy_text(REMEDY_PROVIDER_LISTED);
}

static void check_timeouts(Doctor *doctor, const LiveDatabase *database,
			   const LiveConsumer *consumer)
{
	const char *missing = timeouts_missing(&consumer->syncrepl);

	if (!missing)
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_TIMEOUTS, DOCTOR_WARNING,
		    "%s: %s (rid %03d) is read without %s", database->entry->dn, consumer->provider,
		    consumer->rid, missing);
	doctor_remedy(&doctor->report, timeouts_remedy(doctor, consumer));
}

static void check_pace(Doctor *doctor, const LiveDatabase *database, const LiveConsumer *consumer)
{
	bool is_retry;
	const char *fault = syncrepl_pace_fault(doctor->pool, &consumer->syncrepl, &is_retry);

	if (!fault)
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_TIMEOUTS, DOCTOR_WARNING,
		    "%s: reading %s (rid %03d), slapd %s", database->entry->dn, consumer->provider,
		    consumer->rid, fault);
	doctor_remedy(&doctor->report,
		      pool_printf(doctor->pool, "write in \"syncrepl\" of peers.json: %s",
				  remedy_text(is_retry ? REMEDY_RETRY : REMEDY_INTERVAL)));
}

void doctor_timeouts(Doctor *doctor)
{
	const Live *live = &doctor->seen.world.live;

	if (!doctor_has_world(doctor, DOCTOR_TIMEOUTS))
		return;
	doctor_saw(&doctor->report, DOCTOR_TIMEOUTS);
	for (size_t i = 0; i < live->n_databases; i++)
		for (size_t k = 0; k < live->databases[i].n_consumers; k++) {
			const LiveConsumer *consumer = &live->databases[i].consumers[k];

			if (!consumer->parses)
				doctor_skip(doctor, DOCTOR_TIMEOUTS,
					    pool_printf(doctor->pool,
							"olcSyncrepl {%zu} of %s is not understood",
							k, live->databases[i].entry->dn));
			if (!consumer->parses || consumer->is_self)
				continue;
			check_timeouts(doctor, &live->databases[i], consumer);
			check_pace(doctor, &live->databases[i], consumer);
		}
}
