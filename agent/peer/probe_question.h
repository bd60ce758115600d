/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_QUESTION_H
#define SYNCWARD_PROBE_QUESTION_H

#include <stdbool.h>

#include "agent/peer/probe_visit.h"
#include "common/link/password_gate.h"
#include "common/probe/probe.h"
#include "common/syncrepl/syncrepl.h"

/* One link to be tried. */
typedef struct ProbeTarget {
	const Syncrepl *syncrepl; /* with its password, and TLS settings inherited (link_tls.h) */
	const char *uri; /* its provider, where links share the rest; NULL: as the value says */
	const char *suffix;
	unsigned peer_id;
	bool is_hub; /* as in Probe */
	const char
		*secret; /* which password it is (ProbeBind); NULL: try it whatever was refused */
	bool is_proven;  /* a peer was seen to take it */
	const char *account_csn; /* LinkHooks */
	const char *here_uri;    /* ldapi: what is seen is compared with what is here; NULL: it is
				    not */
	const Syncrepl *former;  /* as it is read now: what is seen is compared; NULL: it is not */
} ProbeTarget;

typedef struct ProbeOptions {
	ProbeDepth depth;
	unsigned concurrency;          /* processes at once; 0: 128 */
	unsigned deadline_msec;        /* for the whole round; 0: 60 s */
	ProbeExpectation expectation;  /* our_id also decides the order; now_sec is set here */
	bool (*must_stop)(void);       /* true: probe_run() ends at once; NULL: never */
	const ProbeRefusals *refusals; /* what was refused before; NULL: nothing */
} ProbeOptions;

#endif
