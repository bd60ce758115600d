/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_GATE_H
#define SYNCWARD_STATUS_GATE_H

#include "common/status/status_view.h"

/* What a script waits for: the daemon has applied exactly this peers.json to slapd, verified it,
 * and everything that can be known of this node is well. */
typedef struct GateAsked {
	const char *sha256; /* of the peers.json that is there now */
	int64_t mtime_sec;  /* of that file: an older pass did not see it, whatever the digest says
			     */
} GateAsked;

typedef enum GateState {
	GATE_OPEN,    /* all is well */
	GATE_WAITING, /* not yet */
	GATE_HELD,    /* a guard holds: most end only when somebody releases them */
	GATE_STATE_COUNT
} GateState;

typedef struct Gate {
	GateState state;
	const char *waits_for; /* the first thing that is missing, a sentence; NULL when open */
} Gate;

/* Judges a status. What the status does not say is missing, too. The sentence lives in the pool or
 * in the status. */
Gate status_gate(Pool *pool, const Status *status, const StatusLife *life, const GateAsked *asked);

#endif
