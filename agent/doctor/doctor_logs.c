/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/doctor/doctor_look.h"
#include "common/delta/delta_read.h"
#include "common/live/live_log.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

/* Logs of changes (delta-syncrepl), about which contextCSN says nothing: what a log lacks stays
 * away where the log is read, and a node that reads the database instead is in step all the
 * same. */

/* --- the logs of this node --- */

bool doctor_is_of_logs(const char *code)
{
	static const char *const codes[] = {"log-incomplete", "log-own", "log-room", "log-short",
					    "log-left"};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

static DoctorSeverity severity_of(Severity severity)
{
	return severity == SEVERITY_CRITICAL  ? DOCTOR_ERROR
	       : severity == SEVERITY_WARNING ? DOCTOR_WARNING
					      : DOCTOR_NOTE;
}

static void plan_tell(Doctor *doctor)
{
	for (size_t i = 0; i < doctor->seen.plan.n_findings; i++) {
		const Finding *finding = &doctor->seen.plan.findings[i];

		if (doctor_is_of_logs(finding->code))
			doctor_find(doctor->pool, &doctor->report, DOCTOR_LOGS,
				    severity_of(finding->severity), "%s [%s]", finding->text,
				    finding->code);
	}
}

/* By "delta"; of a log that people make each piece is a finding of the plan. */
static void own_look(Doctor *doctor, const DoctorDatabase *database)
{
	const Delta *delta = database->wanted->desired->delta;

	if (!delta || peer_is_consumer(doctor->inputs.wanted.self) ||
	    database->wanted->n_logs == 0 ||
	    live_log_overlay(&doctor->seen.world.live, database->live, delta->logbase))
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_LOGS, DOCTOR_WARNING,
		    "%s: nothing writes changes into a log %s here yet, so peers read the "
		    "database, and so does this node",
		    database->wanted->desired->suffix, delta->logbase);
	doctor_remedy(&doctor->report, remedy_text(REMEDY_PENDING));
}

/* --- the logs of peers --- */

static void shown_look(Doctor *doctor, const DoctorDatabase *database,
		       const WantedConsumer *consumer)
{
	const char *log = syncrepl_log(&consumer->syncrepl);

	doctor_saw(&doctor->report, DOCTOR_LOGS);
	if (delta_is_read(database->live, consumer) ||
	    !live_log_overlay(&doctor->seen.world.live, database->live, log))
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_LOGS, DOCTOR_NOTE,
		    "%s: %s shows its log %s, and this node reads the database there: a node that "
		    "has joined reads the logs from the first pass on in which all nodes show "
		    "theirs and say that they see all of them",
		    database->wanted->desired->suffix, consumer->provider, log);
	doctor_remedy(&doctor->report, remedy_text(REMEDY_APPLY));
}

static void link_look(Doctor *doctor, const DoctorDatabase *database,
		      const WantedConsumer *consumer, const Probe *probe)
{
	switch (probe_log(probe)) {
	case PROBE_LOG_SHOWN:
		shown_look(doctor, database, consumer);
		break;
	case PROBE_LOG_NOT_KNOWN:
		doctor_skip(doctor, DOCTOR_LOGS,
			    pool_printf(doctor->pool,
					"%s: whether %s shows all of its log %s is not known",
					database->wanted->desired->suffix, consumer->provider,
					syncrepl_log(&consumer->syncrepl)));
		break;
	case PROBE_LOG_CLOSED:
		doctor_saw(&doctor->report, DOCTOR_LOGS);
		doctor_find(doctor->pool, &doctor->report, DOCTOR_LOGS, DOCTOR_NOTE,
			    "%s: %s lets nobody read its log %s for now: it reads databases, and "
			    "waits until all nodes have heard that",
			    database->wanted->desired->suffix, consumer->provider,
			    syncrepl_log(&consumer->syncrepl));
		break;
	case PROBE_LOG_MISSING: /* reported as what it lacks (doctor_peers.c) */
		break;
	}
}

static void links_look(Doctor *doctor, const DoctorDatabase *database)
{
	const WantedDatabase *wanted = database->wanted;

	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const WantedConsumer *consumer = &wanted->consumers[i];

		if (!syncrepl_log(&consumer->syncrepl))
			continue;
		if (database->probes)
			link_look(doctor, database, consumer, &database->probes[i]);
		else
			doctor_skip(doctor, DOCTOR_LOGS, "the peers could not be asked");
	}
}

/* --- the check --- */

void doctor_logs(Doctor *doctor)
{
	if (!doctor_has_databases(doctor, DOCTOR_LOGS))
		return;
	doctor_saw(&doctor->report, DOCTOR_LOGS);
	plan_tell(doctor);
	for (size_t i = 0; i < doctor->n_databases; i++)
		if (doctor->databases[i].live) {
			own_look(doctor, &doctor->databases[i]);
			links_look(doctor, &doctor->databases[i]);
		}
}
