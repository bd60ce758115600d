/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "agent/doctor/doctor_look.h"
#include "agent/state/state_compare.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/lag.h"
#include "common/probe/probe_read.h"
#include "common/status/status_compared.h"

#define LAG_NOISE_MSEC 10000 /* a change on its way is no problem */
#define FUTURE_MSEC    60000

/* --- what they hold --- */

static bool has_probes(Doctor *doctor, DoctorCheck check)
{
	if (!doctor->seen.has_probes)
		doctor_skip(doctor, check, "the peers could not be asked");
	return doctor->seen.has_probes;
}

/* What each server holds, one after the other: those that this node reads, then the others. */
static Content copy_at(const DoctorDatabase *database, size_t at)
{
	const size_t n_consumers = database->wanted->n_consumers;

	return at < n_consumers ? probe_content(&database->probes[at])
				: database->others[at - n_consumers];
}

static size_t count_copies(const DoctorDatabase *database)
{
	return database->wanted->n_consumers + database->wanted->n_others;
}

static Newest newest_of(const Doctor *doctor, const DoctorDatabase *database)
{
	Newest newest = {0};

	newest_add(doctor->pool, &newest, database->here.context_csns,
		   database->here.n_context_csns);
	for (size_t i = 0; i < count_copies(database); i++) {
		const Content copy = copy_at(database, i);

		newest_add(doctor->pool, &newest, copy.context_csns, copy.n_context_csns);
	}
	return newest;
}

/* A change that was made between two looks, or just now, is on its way. */
static bool is_noise(const Lag *lag)
{
	const int64_t now_msec = (int64_t)time(NULL) * 1000;

	for (size_t i = 0; i < lag->n_behind; i++)
		if (now_msec - csn_msec(lag->behind[i].newest) > LAG_NOISE_MSEC)
			return false;
	return true;
}

/* False, and the check says so, where the server did not show what it holds. */
static bool is_read(Doctor *doctor, DoctorCheck check, const DoctorDatabase *database,
		    const char *who, const Content *content)
{
	const char *suffix = database->wanted->desired->suffix;

	if (content->state == CONTENT_READ)
		return true;
	doctor_skip(doctor, check,
		    content->problem
			    ? pool_printf(doctor->pool, "%s: %s", suffix, content->problem)
			    : pool_printf(doctor->pool, "%s: %s did not show what it holds", suffix,
					  who));
	return false;
}

static void check_content(Doctor *doctor, const DoctorDatabase *database, const char *who,
			  const Content *content)
{
	const char *suffix = database->wanted->desired->suffix;
	const Newest newest = newest_of(doctor, database);
	const Lag lag =
		lag_measure(doctor->pool, &newest, content->context_csns, content->n_context_csns);

	if (!is_read(doctor, DOCTOR_IN_STEP, database, who, content))
		return;
	if (content->n_context_csns > 0)
		doctor_saw(&doctor->report, DOCTOR_IN_STEP);
	else if (content->entry.exists)
		doctor_skip(doctor, DOCTOR_IN_STEP,
			    pool_printf(doctor->pool, "%s: %s shows no contextCSN", suffix, who));
	if (!content->entry.exists)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_IN_STEP, DOCTOR_WARNING,
			    "%s: %s holds no entry", suffix, who);
	else if (copy_relation(&database->here, content).identity == COPY_IS_OTHER)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_IN_STEP, DOCTOR_ERROR,
			    "%s: %s holds another database than this node: its suffix entry is "
			    "not the same (entryUUID)",
			    suffix, who);
	else if (lag.n_behind > 0 && !is_noise(&lag))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_IN_STEP, DOCTOR_WARNING,
			    "%s: %s lacks %s", suffix, who, lag_describe(doctor->pool, &lag));
}

/* What two names of one server show is always the same. */
static bool is_its_own(Doctor *doctor, const Peer *peer, const Content *content)
{
	const Peer *other =
		desired_other_writer(doctor->inputs.wanted.desired, peer, content->server_id);

	if (other)
		doctor_skip(doctor, DOCTOR_IN_STEP,
			    pool_printf(doctor->pool,
					"%s runs under the server ID of %s, and may be that server",
					peer->uri, other->uri));
	return other == NULL;
}

/* contextCSN does not show what was lost below it. */
static void tell_compared(Doctor *doctor)
{
	CompareRecords records = {0};
	Error ignored;

	if (!doctor->has_context)
		return;
	(void)state_read_compared(doctor->pool, doctor->context.paths.state_dir, &records,
				  &ignored);
	for (size_t i = 0; i < records.n_items; i++) {
		const char *difference =
			compared_difference(doctor->pool, &records.items[i], (int64_t)time(NULL));

		if (difference)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_IN_STEP, DOCTOR_WARNING,
				    "%s", difference);
	}
}

void doctor_in_step(Doctor *doctor)
{
	tell_compared(doctor);
	if (!has_probes(doctor, DOCTOR_IN_STEP))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const DoctorDatabase *database = &doctor->databases[i];

		if (database->live)
			check_content(doctor, database, "this node", &database->here);
		else
			doctor_skip(doctor, DOCTOR_IN_STEP,
				    pool_printf(doctor->pool, "this server has not one database %s",
						database->wanted->desired->suffix));
		for (size_t k = 0; k < count_copies(database); k++) {
			const Content content = copy_at(database, k);
			const Peer *peer = database->wanted->consumers[k].peer;

			if (is_its_own(doctor, peer, &content))
				check_content(doctor, database, peer->uri, &content);
		}
	}
}

/* A change that is on none of the servers read may be on one that was not read. */
static void newest_saw(Doctor *doctor, DoctorCheck check, const DoctorDatabase *database,
		       const Newest *newest)
{
	(void)is_read(doctor, check, database, "this node", &database->here);
	for (size_t i = 0; i < count_copies(database); i++) {
		const Content content = copy_at(database, i);

		(void)is_read(doctor, check, database, database->wanted->consumers[i].peer->uri,
			      &content);
	}
	if (newest->n_csns > 0)
		doctor_saw(&doctor->report, check);
	else
		doctor_skip(doctor, check,
			    pool_printf(doctor->pool, "no server shows a contextCSN of %s",
					database->wanted->desired->suffix));
}

void doctor_conflicts(Doctor *doctor)
{
	const int64_t now_msec = (int64_t)time(NULL) * 1000;

	if (!has_probes(doctor, DOCTOR_CONFLICTS))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const Newest newest = newest_of(doctor, &doctor->databases[i]);

		newest_saw(doctor, DOCTOR_CONFLICTS, &doctor->databases[i], &newest);
		for (size_t k = 0; k < newest.n_csns; k++) {
			const int64_t ahead_msec = csn_msec(newest.csns[k]) - now_msec;

			if (ahead_msec > FUTURE_MSEC)
				doctor_find(
					doctor->pool, &doctor->report, DOCTOR_CONFLICTS,
					DOCTOR_ERROR,
					"%s: the newest change of server ID %d (hex %03x) bears "
					"a time %lld s ahead of this clock",
					doctor->databases[i].wanted->desired->suffix,
					csn_sid(newest.csns[k]), (unsigned)csn_sid(newest.csns[k]),
					(long long)ahead_msec / 1000);
		}
	}
}

static void check_last_change(Doctor *doctor, const DoctorDatabase *database, const char *who,
			      const Content *content, const char *last)
{
	const unsigned sid = (unsigned)csn_sid(last);
	const char *theirs = csn_newest(content->context_csns, content->n_context_csns, sid);

	if (content->state != CONTENT_READ || (theirs && strcmp(theirs, last) >= 0))
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_RETIRED_IDS, DOCTOR_WARNING,
		    "%s: %s lacks the last change of server ID %u (hex %03x), which is retired: "
		    "%s, and it has %s",
		    database->wanted->desired->suffix, who, sid, sid, last,
		    theirs ? theirs : "none of it");
}

/* No server makes changes under it any more: one that lacks the last change gets it from those that
 * have it, or never. */
static void check_retired(Doctor *doctor, const DoctorDatabase *database, const char *last)
{
	check_last_change(doctor, database, "this node", &database->here, last);
	for (size_t i = 0; i < count_copies(database); i++) {
		const Content content = copy_at(database, i);

		check_last_change(doctor, database, database->wanted->consumers[i].peer->uri,
				  &content, last);
	}
}

void doctor_retired_ids(Doctor *doctor)
{
	const Desired *desired = doctor->inputs.file.desired;

	if (!has_probes(doctor, DOCTOR_RETIRED_IDS))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const Newest newest = newest_of(doctor, &doctor->databases[i]);

		newest_saw(doctor, DOCTOR_RETIRED_IDS, &doctor->databases[i], &newest);
		for (size_t k = 0; k < newest.n_csns; k++) {
			const unsigned sid = (unsigned)csn_sid(newest.csns[k]);

			/* Server ID 0 is that of entries older than the server IDs, and must be
			 * there. */
			if (desired_is_retired(desired, sid))
				check_retired(doctor, &doctor->databases[i], newest.csns[k]);
			else if (sid != 0 && !desired_writer(desired, sid))
				doctor_find(doctor->pool, &doctor->report, DOCTOR_RETIRED_IDS,
					    DOCTOR_NOTE,
					    "%s has changes of server ID %u (hex %03x), which no "
					    "peer has",
					    doctor->databases[i].wanted->desired->suffix, sid, sid);
		}
	}
}
