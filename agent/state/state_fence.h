/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_FENCE_H
#define SYNCWARD_STATE_FENCE_H

#include "agent/state/state_document.h"
#include "common/copy/fence.h"

/* Load fence.json and last-seen.json into a Known. */
StateLoad fence_load, last_seen_load;

/* fence.json: what the fence found, and which databases it closed. Durable before it returns. */
int state_write_fence(const char *state_dir, const FenceRecords *records, Error *err);

/* last-seen.json: what the daemon noted for it. Durable before it returns. */
int state_write_last_seen(const char *state_dir, const LastSeenAll *seen, Error *err);

#endif
