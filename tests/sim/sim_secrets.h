/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_SECRETS_H
#define SYNCWARD_SIM_SECRETS_H

#include "common/copy/copy.h"
#include "common/probe/probe.h"
#include "tests/sim/sim_host.h"

/* The account with which others read: where it is taken, and what a node learns where it is not. */

/* The peer runs, and its name and the network are right. */
bool sim_is_reached(const SimHost *host, size_t peer);

/* And it takes the password. */
bool sim_answers(const SimHost *host, size_t peer);

/* And no limit there refuses the search. */
bool sim_may_search(const SimHost *host, size_t peer);

/* What a round of questions learns of a peer that is reached and refuses the password or the
 * search. */
Content sim_refused_read(const SimHost *host, size_t peer);

/* What it learns of one that has entries is that it may be empty: it hides all from who did not
 * bind, has no overlay, and has another password for the account than this node's own copy. No node
 * can see more of it. */
bool sim_looks_unbegun(const SimHost *host, size_t peer);

/* The same of a probe of a link. */
void sim_refused_probe(Pool *pool, const SimHost *host, size_t peer, Probe *probe);

/* Where nobody runs syncward: somebody writes that password in olcSyncrepl. */
void sim_hand_secret(SimCluster *cluster, size_t node, bool is_other);

/* And in the end the one that each provider takes. */
void sim_hand_secrets_mend(SimCluster *cluster);

#endif
