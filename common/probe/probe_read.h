/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_READ_H
#define SYNCWARD_PROBE_READ_H

#include "common/base/tree.h"
#include "common/probe/probe.h"

/* The peer's answer to one search: LDAP result, its diagnostic, what it found. */
typedef struct ProbeAnswer {
	int code;
	const char *text;
	const Tree *entries;
} ProbeAnswer;

/* What each answer says about the link: steps, facts, faults. Strings are copied into the pool. */

/* The suffix entry with entryUUID and contextCSN. */
void probe_take_suffix(Pool *pool, Probe *probe, const ProbeAnswer *answer);

/* namingContexts of the root DSE, after the suffix entry was not there: whether the peer has such a
 * database at all. */
void probe_take_contexts(Pool *pool, Probe *probe, const ProbeAnswer *answer);

/* A critical synchronisation control on the suffix; sid is that of its cookie, -1 when it has none.
 * slapd answers 12 where syncprov is missing. */
void probe_take_sync(Pool *pool, Probe *probe, const ProbeAnswer *answer, int sid);

/* What is asked of the log that a delta-syncrepl link reads (slapo-accesslog(5)). */
typedef struct ProbeLog {
	const char *base;
	bool is_accesslog;
	ProbeAnswer sync;    /* its base, by a critical synchronisation control */
	ProbeAnswer root;    /* its base with contextCSN, which no such search returns */
	ProbeAnswer changes; /* some of the changes in it, the types of what each must have */
	int compared;        /* LDAP results of a comparison at its base, */
	int compared_here;   /* and at the suffix of the database; -1: not done */
} ProbeLog;

/* True when its contextCSN lacks what that of the database had, which was read before: no change is
 * written into it, or one is just being written. */
bool probe_log_is_behind(const Probe *probe, const ProbeLog *log);

/* Whether the link would get every change from it: PROBE_LOG good, bad, or unknown. */
void probe_take_log(Pool *pool, Probe *probe, const ProbeLog *log);

/* Up to PROBE_SAMPLE_MAX entries with the types of entryCSN and userPassword; account: the same for
 * the bind DN's own entry, NULL when it has none in this database. */
void probe_take_sample(Pool *pool, Probe *probe, const ProbeAnswer *answer,
		       const ProbeAnswer *account);

void probe_take_schema(Pool *pool, Probe *probe, const ProbeAnswer *answer);

/* cn=Monitor's current time, asked for and answered at these times by our clock. */
void probe_take_clock(Probe *probe, const ProbeAnswer *answer, int64_t asked_sec,
		      int64_t answered_sec);

#endif
