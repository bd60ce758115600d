/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "agent/doctor/doctor_look.h"
#include "agent/pass/memory_after.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/session_tls.h"
#include "common/base/buf.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/lag.h"
#include "common/link/probe_read.h"
#include "common/link/schema_digest.h"

#define DEADLINE_MSEC  60000
#define LAG_NOISE_MSEC 10000 /* a change on its way is no trouble */
#define FUTURE_MSEC    60000

/* --- probing --- */

/* To which check a fault belongs. */
static DoctorCheck check_of(ProbeCode code)
{
	switch (code) {
	case PROBE_NO_SUCH_HOST:
	case PROBE_RESOLVER_FAILED:
	case PROBE_PORT_CLOSED:
	case PROBE_NO_ROUTE:
	case PROBE_NO_ANSWER:
	case PROBE_CONNECT_FAILED:
	case PROBE_SILENT:
	case PROBE_CONNECTION_LOST:
	case PROBE_BUSY:
	case PROBE_ROUND_OVER:
	case PROBE_DIED:
	case PROBE_URL_UNUSABLE:
	case PROBE_NOT_LDAP:
		return DOCTOR_PEER_REACH;
	case PROBE_TLS_FILES:
	case PROBE_NO_TLS:
	case PROBE_STARTTLS_REFUSED:
	case PROBE_CERTIFICATE_AUTHORITY:
	case PROBE_CERTIFICATE_EXPIRED:
	case PROBE_CERTIFICATE_NOT_YET_VALID:
	case PROBE_CERTIFICATE_NAME:
	case PROBE_TLS_FAILED:
	case PROBE_PLAIN_REFUSED:
		return DOCTOR_PEER_TLS;
	case PROBE_NOT_SPOKEN:
	case PROBE_BIND_REFUSED:
	case PROBE_ACCOUNT_LOCKED:
	case PROBE_BIND_NOT_REPEATED:
		return DOCTOR_PEER_BIND;
	case PROBE_NO_SYNCPROV:
	case PROBE_NO_LOG:
	case PROBE_NO_SERVER_ID:
	case PROBE_OTHER_SERVER_ID:
	case PROBE_SAME_SERVER_ID:
		return DOCTOR_PEER_PROVIDER;
	case PROBE_LIMITED:
		return DOCTOR_PEER_LIMITS;
	case PROBE_SCHEMA_DIFFERS:
		return DOCTOR_SCHEMA;
	case PROBE_CLOCK_DIFFERS:
		return DOCTOR_PEER_CLOCK;
	case PROBE_CERTIFICATE_ENDS:
		return DOCTOR_CERTIFICATES;
	default:
		return DOCTOR_PEER_READ;
	}
}

static const DoctorSeverity severities[] = {
	[PROBE_IS_GOOD] = DOCTOR_WARNING,
	[PROBE_BEYOND_US] = DOCTOR_NOTE,
	[PROBE_NOT_TESTED] = DOCTOR_ERROR,
	[PROBE_IS_REFUSED] = DOCTOR_ERROR,
};
_Static_assert(ARRAY_SIZE(severities) == PROBE_VERDICT_COUNT, "a severity for every verdict");

static void tell_faults(Doctor *doctor, const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++) {
		const ProbeFault *fault = &probe->faults[i];
		const DoctorSeverity severity =
			fault->code == PROBE_SAME_SERVER_ID
				? DOCTOR_ERROR
				: severities[probe_code_verdict(fault->code)];

		doctor_find(doctor->pool, &doctor->report, check_of(fault->code), severity,
			    "%s: %s [%s]", probe->suffix, fault->text,
			    probe_code_name(fault->code));
		doctor->report.findings[doctor->report.n_findings - 1].remedy =
			probe_code_remedy(fault->code);
	}
}

/* What lies behind a bind that we cannot make is not known, and must not be told as right. */
static void tell_unknown(Doctor *doctor, const Probe *probe)
{
	static const DoctorCheck behind_bind[] = {DOCTOR_PEER_READ,   DOCTOR_PEER_PROVIDER,
						  DOCTOR_PEER_LIMITS, DOCTOR_SCHEMA,
						  DOCTOR_IN_STEP,     DOCTOR_PEER_CLOCK};

	for (size_t i = 0; i < ARRAY_SIZE(behind_bind); i++)
		doctor_skip(doctor, behind_bind[i],
			    pool_printf(doctor->pool,
					"%s: syncward cannot bind to %s as slapd does",
					probe->suffix, probe->uri));
}

static const char *own_schema(const Doctor *doctor)
{
	static const char *const attributes[] = {"attributeTypes", "objectClasses", NULL};
	const DirectoryQuery query = {
		.base = "cn=Subschema", .scope = DIRECTORY_BASE, .attributes = attributes};
	Tree tree = {0};

	if (directory_read(doctor->directory, &query, doctor->pool, &tree, NULL) < 0 ||
	    tree.n_entries == 0)
		return NULL;
	return schema_digest(doctor->pool, &tree.entries[0]);
}

static size_t n_links(const Doctor *doctor)
{
	size_t n = 0;

	for (size_t i = 0; i < doctor->n_databases; i++)
		n += doctor->databases[i].wanted->n_consumers;
	return n;
}

static const ProbeTarget *targets_of(const Doctor *doctor, size_t n)
{
	ProbeTarget *targets = pool_alloc(doctor->pool, (n + 1) * sizeof(*targets));
	Syncrepl *links = pool_alloc(doctor->pool, (n + 1) * sizeof(*links));
	size_t at = 0;

	for (size_t i = 0; i < doctor->n_databases; i++)
		for (size_t k = 0; k < doctor->databases[i].wanted->n_consumers; k++, at++) {
			const WantedDatabase *wanted = doctor->databases[i].wanted;
			const WantedConsumer *consumer = &wanted->consumers[k];

			links[at] =
				link_inherit_tls(&consumer->syncrepl, doctor->world.live.global);
			targets[at] = (ProbeTarget){.syncrepl = &links[at],
						    .suffix = wanted->desired->suffix,
						    .peer_id = consumer->peer->id,
						    .secret = consumer->secret};
		}
	return targets;
}

static void give_probes(Doctor *doctor, Probe *probes)
{
	for (size_t i = 0; i < doctor->n_databases; i++) {
		DoctorDatabase *database = &doctor->databases[i];

		database->probes = probes;
		probe_judge_together(doctor->pool, probes, database->wanted->n_consumers);
		probes += database->wanted->n_consumers;
	}
}

/* All links at once. Peers before this node: what a peer had must be here. */
static int probe_all(Doctor *doctor, Error *err)
{
	const size_t n = n_links(doctor);
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_WHOLE,
		.deadline_msec = DEADLINE_MSEC,
		.expectation = {.our_id = doctor->inputs.wanted.self->id,
				.schema_digest = own_schema(doctor)},
		.refusals = &doctor->world.refusals,
	};
	ProbeRefusals refusals = doctor->world.refusals;
	Known known = doctor->inputs.state.known;
	Probe *probes = NULL;

	if (n > 0 && probe_run(doctor->pool, targets_of(doctor, n), n, &options, &probes, &refusals,
			       err) < 0)
		return -1;
	doctor->world.refusals = refusals;
	/* A refused password is not sent again, by nobody here. */
	(void)remember_refusals(doctor->pool, doctor->context.state_dir, &doctor->world, &known,
				NULL);
	give_probes(doctor, probes);
	for (size_t i = 0; i < doctor->n_databases; i++)
		doctor->databases[i].here =
			world_content_here(doctor->directory, doctor->pool, &doctor->world,
					   doctor->databases[i].wanted->desired->suffix);
	return 0;
}

static void tell_probe(Doctor *doctor, const Probe *probe)
{
	tell_faults(doctor, probe);
	if (probe_verdict(probe) == PROBE_BEYOND_US)
		tell_unknown(doctor, probe);
}

void doctor_peers(Doctor *doctor)
{
	bool can_ask = true;
	Error err;

	for (int check = DOCTOR_PEER_REACH; check <= DOCTOR_PEER_CLOCK; check++)
		can_ask = doctor_has_databases(doctor, (DoctorCheck)check) && can_ask;
	if (!can_ask)
		return;
	doctor->has_probes = probe_all(doctor, &err) == 0;
	if (!doctor->has_probes)
		doctor_skip(doctor, DOCTOR_PEER_REACH, err.text);
	for (size_t i = 0; doctor->has_probes && i < doctor->n_databases; i++)
		for (size_t k = 0; k < doctor->databases[i].wanted->n_consumers; k++)
			tell_probe(doctor, &doctor->databases[i].probes[k]);
}

/* --- what they hold --- */

static bool has_probes(Doctor *doctor, DoctorCheck check)
{
	if (!doctor->has_probes)
		doctor_skip(doctor, check, "the peers could not be asked");
	return doctor->has_probes;
}

static Newest newest_of(const Doctor *doctor, const DoctorDatabase *database)
{
	Newest newest = {0};

	newest_add(doctor->pool, &newest, database->here.context_csns,
		   database->here.n_context_csns);
	for (size_t i = 0; i < database->wanted->n_consumers; i++)
		newest_add(doctor->pool, &newest, database->probes[i].context_csns,
			   database->probes[i].n_context_csns);
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

static void check_content(Doctor *doctor, const DoctorDatabase *database, const char *who,
			  const Content *content)
{
	const char *suffix = database->wanted->desired->suffix;
	const Newest newest = newest_of(doctor, database);
	const Lag lag =
		lag_measure(doctor->pool, &newest, content->context_csns, content->n_context_csns);

	if (content->state != CONTENT_READ)
		return; /* told by the probe */
	if (!content->has_suffix)
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

void doctor_in_step(Doctor *doctor)
{
	if (!has_probes(doctor, DOCTOR_IN_STEP))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const DoctorDatabase *database = &doctor->databases[i];

		if (database->here.state != CONTENT_READ)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_IN_STEP, DOCTOR_NOTE,
				    "%s cannot be read here: %s", database->wanted->desired->suffix,
				    database->here.problem);
		else
			check_content(doctor, database, "this node", &database->here);
		for (size_t k = 0; k < database->wanted->n_consumers; k++) {
			const Content content = probe_content(&database->probes[k]);

			check_content(doctor, database, database->probes[k].uri, &content);
		}
	}
}

void doctor_conflicts(Doctor *doctor)
{
	const int64_t now_msec = (int64_t)time(NULL) * 1000;

	if (!has_probes(doctor, DOCTOR_CONFLICTS))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const Newest newest = newest_of(doctor, &doctor->databases[i]);

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

void doctor_retired_ids(Doctor *doctor)
{
	if (!has_probes(doctor, DOCTOR_RETIRED_IDS))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const Newest newest = newest_of(doctor, &doctor->databases[i]);

		for (size_t k = 0; k < newest.n_csns; k++) {
			const unsigned sid = (unsigned)csn_sid(newest.csns[k]);

			/* 0 is of entries that are older than the server IDs, and must be there. */
			if (sid != 0 && !desired_peer(doctor->inputs.file.desired, sid))
				doctor_find(doctor->pool, &doctor->report, DOCTOR_RETIRED_IDS,
					    DOCTOR_NOTE,
					    "%s has changes of server ID %u (hex %03x), which no "
					    "peer has",
					    doctor->databases[i].wanted->desired->suffix, sid, sid);
		}
	}
}
