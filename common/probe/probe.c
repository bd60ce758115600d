/* SPDX-License-Identifier: Apache-2.0 */
#include "common/probe/probe.h"

#include <stdarg.h>
#include <string.h>

#include "common/slapd/dn.h"

#define CLOCK_TOLERANCE_SEC 60
#define CERTIFICATE_DAYS    21
#define DAY_SEC             (24 * 60 * 60)

void probe_add_fault(Pool *pool, Probe *probe, ProbeCode code, const char *format, ...)
{
	const char *what;
	va_list arguments;

	va_start(arguments, format);
	what = pool_vprintf(pool, format, arguments);
	va_end(arguments);
	POOL_PUSH(pool, probe->faults, probe->n_faults,
		  {.code = code,
		   .text = pool_printf(pool, "%s: %s; %s", probe->uri, what,
				       probe_code_remedy(code))});
}

bool probe_has_fault(const Probe *probe, ProbeCode code)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe->faults[i].code == code)
			return true;
	return false;
}

bool probe_is_cut_off(const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe_code_cuts(probe->faults[i].code))
			return true;
	return false;
}

ProbeLogOutcome probe_log(const Probe *probe)
{
	const ProbeState state = probe->steps[PROBE_LOG];

	if (probe->log_is_closed)
		return PROBE_LOG_CLOSED;
	return state == PROBE_GOOD                            ? PROBE_LOG_SHOWN
	       : state == PROBE_BAD && probe_log_fault(probe) ? PROBE_LOG_MISSING
							      : PROBE_LOG_NOT_KNOWN;
}

const char *probe_log_fault(const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe->faults[i].code == PROBE_NO_LOG)
			return probe->faults[i].text;
	return NULL;
}

bool probe_is_good_but_log(const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe->faults[i].code != PROBE_NO_LOG)
			return false;
	return probe->steps[PROBE_SUFFIX] == PROBE_GOOD;
}

ProbeVerdict probe_verdict(const Probe *probe)
{
	ProbeVerdict worst = PROBE_IS_GOOD;

	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe_code_verdict(probe->faults[i].code) > worst)
			worst = probe_code_verdict(probe->faults[i].code);
	return worst == PROBE_IS_GOOD && probe->steps[PROBE_SUFFIX] == PROBE_NOT_TRIED
		       ? PROBE_NOT_TESTED
		       : worst;
}

static void judge_server_id(Pool *pool, Probe *probe, unsigned our_id)
{
	const int id = probe->server_id;

	if (probe->steps[PROBE_SERVER_ID] != PROBE_GOOD || id == 0)
		return;
	if (our_id != 0 && (unsigned)id == our_id)
		probe_add_fault(pool, probe, PROBE_SAME_SERVER_ID,
				"it runs under server ID %d, which is this node's: writes get lost",
				id);
	else if (probe->peer_id != 0 && (unsigned)id != probe->peer_id)
		probe_add_fault(pool, probe, PROBE_OTHER_SERVER_ID,
				"it runs under server ID %d, while peers.json gives it id %u", id,
				probe->peer_id);
	else
		return;
	probe->steps[PROBE_SERVER_ID] = PROBE_BAD;
}

/* What was bound without the TLS that it was asked for; unlike a TLS that broke off, which ends the
 * connection. */
static void judge_tls(Pool *pool, Probe *probe)
{
	if (probe->steps[PROBE_TLS] == PROBE_UNKNOWN && probe->steps[PROBE_BIND] != PROBE_NOT_TRIED)
		probe_add_fault(pool, probe, PROBE_TLS_DECLINED,
				"it refuses StartTLS, and slapd goes on in clear text, the "
				"password too, because starttls=yes asks for no more");
}

static void judge_schema(Pool *pool, Probe *probe, const char *ours)
{
	if (!ours || !probe->schema_digest)
		return;
	probe->steps[PROBE_SCHEMA] = PROBE_GOOD;
	if (strcmp(ours, probe->schema_digest) == 0)
		return;
	probe->steps[PROBE_SCHEMA] = PROBE_BAD;
	probe_add_fault(
		pool, probe, PROBE_SCHEMA_DIFFERS,
		"its attribute types or object classes are not those of this node: an entry "
		"that one of them does not know stops replication");
}

static void judge_clock(Pool *pool, Probe *probe)
{
	const long ahead = probe->clock_ahead_sec;

	if (!probe->has_clock)
		return;
	probe->steps[PROBE_CLOCK] = PROBE_GOOD;
	if (ahead <= CLOCK_TOLERANCE_SEC && ahead >= -CLOCK_TOLERANCE_SEC)
		return;
	probe->steps[PROBE_CLOCK] = PROBE_BAD;
	probe_add_fault(pool, probe, PROBE_CLOCK_DIFFERS,
			"its clock is %ld s %s this node's: the later write wins, by these clocks",
			ahead > 0 ? ahead : -ahead, ahead > 0 ? "ahead of" : "behind");
}

static void judge_certificate(Pool *pool, Probe *probe, int64_t now_sec)
{
	const long days = (long)((probe->certificate_end_sec - now_sec) / DAY_SEC);

	if (probe->certificate_end_sec == 0)
		return;
	probe->steps[PROBE_CERTIFICATE] = PROBE_GOOD;
	if (days >= CERTIFICATE_DAYS || probe_has_fault(probe, PROBE_CERTIFICATE_EXPIRED))
		return;
	probe->steps[PROBE_CERTIFICATE] = PROBE_BAD;
	probe_add_fault(pool, probe, PROBE_CERTIFICATE_ENDS, "its certificate %s %ld days",
			days < 0 ? "is over since" : "is valid for no more than",
			days < 0 ? -days : days);
}

void probe_judge(Pool *pool, Probe *probe, const ProbeExpectation *expectation)
{
	judge_tls(pool, probe);
	judge_server_id(pool, probe, expectation->our_id);
	judge_schema(pool, probe, expectation->schema_digest);
	judge_clock(pool, probe);
	judge_certificate(pool, probe, expectation->now_sec);
}

static bool is_same_id(const Probe *one, const Probe *other)
{
	return one != other && one->server_id != 0 && one->server_id == other->server_id &&
	       one->peer_id != other->peer_id && dn_equal(one->suffix, other->suffix);
}

#define ID_CHAINS 4096 /* there are no more server IDs */

static unsigned chain_of(const Probe *probe)
{
	return (unsigned)probe->server_id % ID_CHAINS;
}

void probe_judge_together(Pool *pool, Probe *probes, size_t n_probes)
{
	AUTO(Pool) *scratch = pool_new();
	/* Places + 1: the first probe of each chain, and the next one after each. */
	size_t *first = pool_alloc(scratch, ID_CHAINS * sizeof(*first));
	size_t *next = pool_alloc(scratch, (n_probes + 1) * sizeof(*next));

	for (size_t i = n_probes; i-- > 0;) {
		next[i] = first[chain_of(&probes[i])];
		first[chain_of(&probes[i])] = i + 1;
	}
	for (size_t i = 0; i < n_probes; i++) {
		size_t k = probes[i].server_id == 0 ? 0 : first[chain_of(&probes[i])];

		while (k > 0 && !is_same_id(&probes[i], &probes[k - 1]))
			k = next[k - 1];
		if (k == 0 || probe_has_fault(&probes[i], PROBE_SAME_SERVER_ID))
			continue;
		probes[i].steps[PROBE_SERVER_ID] = PROBE_BAD;
		probe_add_fault(pool, &probes[i], PROBE_SAME_SERVER_ID,
				"it runs under server ID %d, as %s does: writes get lost",
				probes[i].server_id, probes[k - 1].uri);
	}
}

Content probe_content(const Probe *probe)
{
	const bool was_read = probe->steps[PROBE_SUFFIX] == PROBE_GOOD ||
			      probe_has_fault(probe, PROBE_SUFFIX_HIDDEN) ||
			      probe_has_fault(probe, PROBE_WRONG_SUFFIX);

	return (Content){
		.peer_id = probe->peer_id,
		.state = was_read                                   ? CONTENT_READ
			 : probe_verdict(probe) == PROBE_IS_REFUSED ? CONTENT_DENIED
								    : CONTENT_UNREACHABLE,
		.address = probe->address,
		.problem = was_read || probe->n_faults == 0 ? NULL : probe->faults[0].text,
		.entry.exists = probe->has_suffix,
		.entry.uuid = probe->entry_uuid,
		.context_csns = probe->context_csns,
		.n_context_csns = probe->n_context_csns,
		.view.sight = probe->sight,
		.view.hides = probe->hides,
		.server_id = probe->server_id,
		.is_open_hub = probe->is_hub && probe->steps[PROBE_SYNCPROV] == PROBE_GOOD,
		.has_clock = probe->has_clock,
		.clock_ahead_sec = probe->clock_ahead_sec,
		.lacks_database = probe_has_fault(probe, PROBE_WRONG_SUFFIX),
		.nobody_listens = probe_has_fault(probe, PROBE_PORT_CLOSED),
		.is_unbegun = probe->is_unbegun,
	};
}

static const char *text_copy(Pool *pool, const char *text, const char *like)
{
	return text && like && strcmp(text, like) == 0 ? like : pool_strdup(pool, text);
}

static bool csns_equal(const Probe *one, const Probe *other)
{
	if (one->n_context_csns != other->n_context_csns)
		return false;
	for (size_t i = 0; i < one->n_context_csns; i++)
		if (strcmp(one->context_csns[i], other->context_csns[i]) != 0)
			return false;
	return true;
}

static void csns_copy(Pool *pool, const Probe *probe, const Probe *like, Probe *ret)
{
	ret->context_csns = NULL;
	ret->n_context_csns = 0;
	if (like && csns_equal(probe, like)) {
		ret->context_csns = like->context_csns;
		ret->n_context_csns = like->n_context_csns;
		return;
	}
	for (size_t i = 0; i < probe->n_context_csns; i++)
		POOL_PUSH(pool, ret->context_csns, ret->n_context_csns,
			  pool_strdup(pool, probe->context_csns[i]));
}

Probe probe_copy(Pool *pool, const Probe *probe, const Probe *like)
{
	Probe copy = *probe;

	copy.suffix = text_copy(pool, probe->suffix, like ? like->suffix : NULL);
	copy.uri = pool_strdup(pool, probe->uri);
	copy.address = pool_strdup(pool, probe->address);
	copy.hides = pool_strdup(pool, probe->hides);
	copy.entry_uuid = text_copy(pool, probe->entry_uuid, like ? like->entry_uuid : NULL);
	copy.schema_digest =
		text_copy(pool, probe->schema_digest, like ? like->schema_digest : NULL);
	csns_copy(pool, probe, like, &copy);
	if (probe->n_faults > 0) /* most have one, of many peers: no room for more */
		copy.faults = pool_alloc(pool, probe->n_faults * sizeof(*copy.faults));
	for (size_t i = 0; i < probe->n_faults; i++)
		copy.faults[i] = (ProbeFault){.code = probe->faults[i].code,
					      .text = pool_strdup(pool, probe->faults[i].text)};
	return copy;
}
