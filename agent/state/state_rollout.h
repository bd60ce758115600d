/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_ROLLOUT_H
#define SYNCWARD_STATE_ROLLOUT_H

#include "agent/state/state_document.h"
#include "common/health/canary.h"

/* Loads rollout.json into a Known. */
StateLoad rollout_load;

/* rollout.json: what waits, which nodes it waits for, and what was released. Durable before it
 * returns. */
int state_write_rollout(const char *state_dir, const KnownRollout *rollout, Error *err);

#endif
