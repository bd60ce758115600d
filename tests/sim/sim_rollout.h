/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_ROLLOUT_H
#define SYNCWARD_SIM_ROLLOUT_H

#include "agent/input/inputs.h"
#include "common/pass/pass_report.h"
#include "tests/sim/sim_host.h"

/* Heartbeats and roll-outs as the daemon has them around a pass (agent/input/rollout_wait.c,
 * agent/heartbeat/daemon_heartbeat.c, daemon_rollout.c), over the model. */

/* What a pass has found and done. */
typedef struct SimLooked {
	Pool *pool;
	SimHost *host;
	const Inputs *inputs;
	const Report *report;
	const DatabaseFacts *facts; /* peers, as they were asked when it began */
} SimLooked;

/* By which peers.json this pass is made: that on disk, or the one in force while it waits. */
void sim_rollout_choose(Pool *pool, SimHost *host, const SimPass *options, Inputs *inputs);

/* The daemon ended: what it watched begins anew. */
void sim_rollout_forget(SimHost *host);

/* After a pass: writes the heartbeat, if it may, and looks at that of node 1 if a revision
 * waits. */
void sim_beats_look(const SimLooked *looked);

/* What a node's own copy shows. */
Content sim_content_read(Pool *pool, const SimHost *host, size_t peer);

/* The same as the account that reads it is shown it. */
Content sim_peer_read(Pool *pool, const SimHost *host, size_t peer);

#endif
