/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_H
#define SYNCWARD_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/base/tree.h"
#include "common/copy/copy.h"
#include "common/probe/probe_codes.h"

/* One fault: its code, and one sentence with the peer, the cause and the remedy; no secret in it.
 */
typedef struct ProbeFault {
	ProbeCode code;
	const char *text;
} ProbeFault;

#define PROBE_SAMPLE_MAX                                                        \
	501 /* entries read to see whether the peer's size limit (500) stops us \
	     */

/* The result of one probe as a value. */
typedef struct Probe {
	const char *suffix;
	unsigned peer_id;
	bool is_hub; /* by peers.json: it is read, and has no server ID */
	const char *uri;
	const char *address; /* where it was reached: "192.0.2.1"; NULL: it was not */
	ProbeState steps[PROBE_STEP_COUNT];
	ProbeFault *faults;
	size_t n_faults;
	bool has_suffix; /* the suffix entry was read */
	bool is_unbegun; /* see Content */
	const char *entry_uuid;
	const char **context_csns;
	size_t n_context_csns;
	CopyShown sight;
	const char *hides;         /* names of attributes and counts, where it hides something */
	int server_id;             /* 0: not known */
	size_t n_read;             /* "at least that many entries can be read" */
	const char *schema_digest; /* see schema_digest(); NULL: not read */
	bool has_clock;
	long clock_ahead_sec;        /* the peer's clock less ours */
	int64_t certificate_end_sec; /* since 1970; 0: no TLS, or not known */
	int64_t log_oldest_sec;      /* of the changes that its log showed; 0: it showed none */
	bool log_is_in_order;        /* it was seen to say so of its log (LOG_WORD) */
	bool log_is_mute;            /* whether it does cannot be heard */
	bool log_is_closed;          /* it lets nobody search its log (LOG_CLOSED) */
	unsigned duration_msec;
} Probe;

/* What a whole probe is compared with. */
typedef struct ProbeExpectation {
	unsigned our_id;           /* this node's server ID; 0: unknown */
	const char *schema_digest; /* of this node; NULL: not compared */
	int64_t now_sec;
} ProbeExpectation;

/* Adds the fault "URI: what; remedy" to the probe; the strings live in the pool. */
void probe_add_fault(Pool *pool, Probe *probe, ProbeCode code, const char *format, ...)
	PRINTF_LIKE(4, 5);

bool probe_has_fault(const Probe *probe, ProbeCode code);

/* True when it met a fault that also ends a connection which slapd considers established
 * (probe_code_cuts()). */
bool probe_is_cut_off(const Probe *probe);

/*
 * Refused when one fault says so, else not tested, else beyond us; not tested also when the suffix
 * was not reached and no fault says why; else good. What only makes replication incomplete or
 * unsafe (no userPassword, a size limit, a clock) does not refuse a link that works.
 */
ProbeVerdict probe_verdict(const Probe *probe);

/* What is known of the log that the link reads, or would read. */
typedef enum ProbeLogOutcome {
	PROBE_LOG_NOT_KNOWN, /* first: a peer that was never asked shows nothing */
	PROBE_LOG_MISSING,   /* it has none, hides it, or does not write every change into it */
	PROBE_LOG_SHOWN,
	PROBE_LOG_CLOSED, /* for now: it reads databases, and a peer may not know that */
} ProbeLogOutcome;

ProbeLogOutcome probe_log(const Probe *probe);

/* The sentence that says why the log is missing; NULL: it is not. */
const char *probe_log_fault(const Probe *probe);

/* True when it is good except for that log: the database itself can be read with the same link. */
bool probe_is_good_but_log(const Probe *probe);

/* Compares what the peer showed with what is expected: server ID, schema, clock (60 s), how long
 * its certificate is still valid (21 days). Adds faults, sets steps. */
void probe_judge(Pool *pool, Probe *probe, const ProbeExpectation *expectation);

/* Adds a fault where two peers of one database show the same server ID. */
void probe_judge_together(Pool *pool, Probe *probes, size_t n_probes);

/*
 * The probe as a JSON object in one line; what is not UTF-8 in it (a peer's diagnostic) is
 * replaced. probe_parse() reads it back: only the caller knows the right uri, suffix and peer_id,
 * which stay as they are in ret. What is equal to like (which may be NULL) is borrowed from it:
 * peers in step have the same contextCSN, schema and entryUUID.
 */
const char *probe_print(Pool *pool, const Probe *probe);
int probe_parse(Pool *pool, const Value *text, const Probe *like, Probe *ret, Error *err);

/* A copy of everything in the pool; what is equal to like (NULL: nothing), which must live as long,
 * is shared with it. */
Probe probe_copy(Pool *pool, const Probe *probe, const Probe *like);

/* The same as joining takes it: what the database holds at the peer. Strings are borrowed. */
Content probe_content(const Probe *probe);

#endif
