/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/doctor/doctor_look.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "agent/state/state_keep.h"
#include "common/probe/schema_digest.h"
#include "common/remember/memory_after.h"

#define DEADLINE_MSEC 60000

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
	case PROBE_TLS_DECLINED:
		return DOCTOR_PEER_TLS;
	case PROBE_NOT_SPOKEN:
	case PROBE_BIND_REFUSED:
	case PROBE_ACCOUNT_LOCKED:
	case PROBE_PASSWORD_RESET:
	case PROBE_BIND_NOT_REPEATED:
		return DOCTOR_PEER_BIND;
	case PROBE_NO_SYNCPROV:
	case PROBE_NO_SERVER_ID:
	case PROBE_OTHER_SERVER_ID:
	case PROBE_SAME_SERVER_ID:
		return DOCTOR_PEER_PROVIDER;
	case PROBE_NO_LOG:
		return DOCTOR_LOGS;
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
	[PROBE_BEYOND_US] = DOCTOR_UNKNOWN,
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
		doctor_remedy(&doctor->report, probe_code_remedy(fault->code));
	}
}

/* --- what was seen of each link --- */

#define STEPS_MAX 2

/* The steps of a probe that a check judges by. */
typedef struct Evidence {
	DoctorCheck check;
	ProbeStep steps[STEPS_MAX];
	size_t n_steps;
} Evidence;

static const Evidence evidence[] = {
	{DOCTOR_PEER_REACH, {PROBE_CONNECT}, 1},
	{DOCTOR_PEER_TLS, {PROBE_TLS}, 1},
	{DOCTOR_PEER_BIND, {PROBE_BIND}, 1},
	{DOCTOR_PEER_READ, {PROBE_SUFFIX, PROBE_ENTRY_CSN}, 2},
	{DOCTOR_PEER_PROVIDER, {PROBE_SYNCPROV, PROBE_SERVER_ID}, 2},
	{DOCTOR_PEER_LIMITS, {PROBE_LIMITS}, 1},
	{DOCTOR_CERTIFICATES, {PROBE_CERTIFICATE}, 1},
	{DOCTOR_SCHEMA, {PROBE_SCHEMA}, 1},
	{DOCTOR_PEER_CLOCK, {PROBE_CLOCK}, 1},
};

/* A link that asks for no TLS has nothing that these two could look at. */
static bool needs_no_tls(const Probe *probe, DoctorCheck check)
{
	return (check == DOCTOR_PEER_TLS || check == DOCTOR_CERTIFICATES) &&
	       probe->steps[PROBE_TLS] == PROBE_NOT_TRIED &&
	       probe->steps[PROBE_BIND] != PROBE_NOT_TRIED;
}

/* A fault says more than that the step after it is missing. */
static bool has_fault(const Probe *probe, DoctorCheck check)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (check_of(probe->faults[i].code) == check)
			return true;
	return false;
}

/* A step that ended badly for a reason that another check reports, as where the peer fell silent in
 * it, says nothing. */
static bool was_seen(const Probe *probe, const Evidence *row, ProbeStep step)
{
	return probe->steps[step] == PROBE_GOOD ||
	       (probe->steps[step] == PROBE_BAD && has_fault(probe, row->check));
}

/* What was not tried, or what the peer does not show, is not known: it must not pass for right. */
static void tell_evidence(Doctor *doctor, const Probe *probe, const Evidence *row)
{
	bool is_whole = true, was_asked = true;

	for (size_t i = 0; i < row->n_steps; i++) {
		is_whole = is_whole && was_seen(probe, row, row->steps[i]);
		was_asked = was_asked && probe->steps[row->steps[i]] != PROBE_NOT_TRIED;
	}
	if (is_whole || needs_no_tls(probe, row->check))
		doctor_saw(&doctor->report, row->check);
	else if (!has_fault(probe, row->check))
		doctor_skip(doctor, row->check,
			    pool_printf(doctor->pool, "%s: %s %s", probe->suffix, probe->uri,
					was_asked ? "does not tell"
						  : "was not asked: something before it failed"));
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

/* Those that can be asked, whether this node reads them or not. */
static size_t count_asked(const WantedDatabase *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < wanted->n_consumers + wanted->n_others; i++)
		n += !wanted->consumers[i].no_secret;
	return n;
}

static size_t n_links(const Doctor *doctor)
{
	size_t n = 0;

	for (size_t i = 0; i < doctor->n_databases; i++)
		n += count_asked(doctor->databases[i].wanted);
	return n;
}

static const ProbeTarget *targets_of(const Doctor *doctor, size_t n)
{
	ProbeTarget *targets = pool_alloc(doctor->pool, (n + 1) * sizeof(*targets));
	size_t at = 0;

	for (size_t i = 0; i < doctor->n_databases; i++) {
		const WantedDatabase *wanted = doctor->databases[i].wanted;

		for (size_t k = 0; k < wanted->n_consumers + wanted->n_others; k++) {
			const WantedConsumer *consumer = &wanted->consumers[k];

			if (!consumer->no_secret)
				targets[at++] = probe_target_wanted(doctor->pool, wanted, consumer,
								    doctor->seen.world.live.global);
		}
	}
	return targets;
}

/* Of a peer that this node does not read, only what it holds matters. probes: those of the peers
 * that were asked. */
static Content *others_take(const Doctor *doctor, const WantedDatabase *wanted, const Probe *probes)
{
	Content *others = pool_alloc(doctor->pool, (wanted->n_others + 1) * sizeof(*others));

	for (size_t i = 0; i < wanted->n_others; i++) {
		const WantedConsumer *other = &wanted->consumers[wanted->n_consumers + i];

		others[i] = other->no_secret ? (Content){.state = CONTENT_UNREACHABLE,
							 .problem = other->no_secret}
					     : probe_content(probes++);
	}
	return others;
}

static void give_probes(Doctor *doctor, Probe *probes)
{
	for (size_t i = 0; i < doctor->n_databases; i++) {
		DoctorDatabase *database = &doctor->databases[i];
		const WantedDatabase *wanted = database->wanted;

		database->probes = probes;
		probe_judge_together(doctor->pool, probes, wanted->n_consumers);
		database->others = others_take(doctor, wanted, probes + wanted->n_consumers);
		probes += count_asked(wanted);
	}
}

/* All links at once. Peers before this node: what a peer had must be here. */
static int probe_all(Doctor *doctor, Error *err)
{
	const size_t n = n_links(doctor);
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_WHOLE,
		.deadline_msec = DEADLINE_MSEC,
		.expectation = {.our_id = peer_server_id(doctor->inputs.wanted.self),
				.schema_digest = own_schema(doctor)},
		.refusals = &doctor->seen.world.refusals,
	};
	ProbeRefusals refusals = doctor->seen.world.refusals;
	Known kept = doctor->inputs.state.known, known = kept;
	Probe *probes = NULL;

	if (n > 0 && probe_run(doctor->pool, targets_of(doctor, n), n, &options, &probes, &refusals,
			       err) < 0)
		return -1;
	doctor->seen.world.refusals = refusals;
	/* A refused password is not sent again by any part of this process. */
	memory_refusals(doctor->pool, &refusals, &known.peers);
	(void)state_keep(doctor->context.paths.state_dir, &kept, &known, NULL);
	give_probes(doctor, probes);
	for (size_t i = 0; i < doctor->n_databases; i++)
		doctor->databases[i].here =
			world_content_here(doctor->directory, doctor->pool, &doctor->seen.world,
					   doctor->databases[i].wanted->desired->suffix);
	return 0;
}

static void tell_probe(Doctor *doctor, const Probe *probe)
{
	tell_faults(doctor, probe);
	for (size_t i = 0; i < ARRAY_SIZE(evidence); i++)
		tell_evidence(doctor, probe, &evidence[i]);
}

void doctor_peers(Doctor *doctor)
{
	bool can_ask = true;
	Error err;

	for (int check = DOCTOR_PEER_REACH; check <= DOCTOR_PEER_CLOCK; check++)
		can_ask = doctor_has_databases(doctor, (DoctorCheck)check) && can_ask;
	if (!can_ask)
		return;
	doctor->seen.has_probes = probe_all(doctor, &err) == 0;
	for (int check = DOCTOR_PEER_REACH; check <= DOCTOR_PEER_CLOCK; check++)
		if (!doctor->seen.has_probes)
			doctor_skip(doctor, (DoctorCheck)check, err.text);
	for (size_t i = 0; doctor->seen.has_probes && i < doctor->n_databases; i++)
		for (size_t k = 0; k < doctor->databases[i].wanted->n_consumers; k++)
			tell_probe(doctor, &doctor->databases[i].probes[k]);
}
