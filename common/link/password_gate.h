/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASSWORD_GATE_H
#define SYNCWARD_PASSWORD_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"

/*
 * Who may send a password, and when. A server that counts refused binds locks the account after
 * some (ppolicy, pwdMaxFailure), and then the links that work break as well. All nodes of a cluster
 * use the same account, and a password file that is wrong on one is often wrong on all. So of all
 * binds with one password only the first goes ahead; the others go when it was taken, and none of
 * them ever when it was refused. Nodes begin with different peers, so that no peer hears the wrong
 * password more than once from all of them together. A password that some peer takes is right: a
 * peer that refuses it all the same is not asked again, and that stops no other bind. Nor does the
 * refusal of a peer that may lack the account: it is asked again when another one took the
 * password.
 */

/* One bind that a probe would make. */
typedef struct ProbeBind {
	const char *provider;
	const char *binddn;
	const char *password; /* NULL: none is sent. For comparing only, never kept */
	const char *secret;   /* which password, by a name that tells nothing of it and changes when
				 it does (path and time of its file); NULL: not remembered */
	bool is_proven;       /* a peer was seen to take it */
	bool is_alone;        /* of a refusal: that peer may lack the account */
} ProbeBind;

/* Refused binds to be remembered: what a peer answered "invalid credentials" to. */
typedef struct ProbeRefusals {
	ProbeBind *items;
	size_t n_items;
} ProbeRefusals;

typedef enum ProbeGrant {
	PROBE_GRANT_WAIT,
	PROBE_GRANT_YES,
	PROBE_GRANT_NO, /* the same password was refused */
} ProbeGrant;

/* How long the others wait for one that is slow: to reach its peer, to be answered. */
#define PROBE_GATE_REACH_MSEC  300
#define PROBE_GATE_ANSWER_MSEC 1000

typedef struct ProbeGate ProbeGate;

/*
 * A gate for the binds in the order in which their probes start. A remembered refusal holds for all
 * binds with that DN and password that is not proven, as long as its provider is still among them:
 * another password, another file or another peer's URI is tried again. binds and refusals are
 * borrowed.
 */
ProbeGate *probe_gate_new(Pool *pool, const ProbeBind *binds, size_t n_binds,
			  const ProbeRefusals *refusals);

/* The probe is ready to bind. */
void probe_gate_ask(ProbeGate *gate, size_t i, int64_t now_msec);

/* The bind was taken. */
void probe_gate_good(ProbeGate *gate, size_t i);

/* The bind was refused for its password: unless that is proven nobody else gets through with it. */
void probe_gate_refused(ProbeGate *gate, size_t i);

/* The same by a peer that may lack the account: it alone is not asked again. */
void probe_gate_refused_alone(ProbeGate *gate, size_t i);

/* The probe ended, in whatever way; after good or refused that changes nothing. */
void probe_gate_ended(ProbeGate *gate, size_t i);

/* The answer to a probe that asked; YES and NO are given once. Call it for all probes that wait
 * whenever something changed. */
ProbeGrant probe_gate_decide(ProbeGate *gate, size_t i, int64_t now_msec);

/* The bind that closed the gate for this one; NULL: none did. */
const ProbeBind *probe_gate_closer(const ProbeGate *gate, size_t i);

/* The refusals to be remembered from now on: the old ones, and new ones behind them. One whose
 * password was replaced does no harm; of very many the oldest are forgotten. */
ProbeRefusals probe_gate_refusals(Pool *pool, const ProbeGate *gate);

/* A copy of everything in the pool. */
ProbeRefusals probe_refusals_copy(Pool *pool, const ProbeRefusals *refusals);

/* Those of both, each once; everything is copied. */
ProbeRefusals probe_refusals_join(Pool *pool, const ProbeRefusals *one, const ProbeRefusals *other);

/* True when exactly this bind was refused: by that provider, with that DN and that password file.
 */
bool probe_refusals_have(const ProbeRefusals *refusals, const ProbeBind *bind);

/* True when both hold the same. */
bool probe_refusals_equal(const ProbeRefusals *one, const ProbeRefusals *other);

/*
 * The order in which a node probes its peers: by id, beginning behind its own. Sorts indices of
 * ids; our_id 0: by id from the lowest.
 */
void probe_order(const unsigned *ids, size_t n, unsigned our_id, size_t *ret_order);

#endif
