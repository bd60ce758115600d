/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_ROLLOUT_H
#define SYNCWARD_DAEMON_ROLLOUT_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "agent/heartbeat/heartbeat_link.h"
#include "agent/heartbeat/heartbeat_work.h"
#include "common/memory/rollout_watch.h"

/* Watches the nodes that try a revision which waits at this node, by their heartbeats. */
typedef struct DaemonRollout {
	HeartbeatLink link; /* while one waits: that of heartbeats is by the file in force */
	Pool *pool;
	const char *sha256; /* of the file that is watched; NULL: none is */
	CanaryWatch *watches;
	size_t n_watches;
	uint64_t read_usec; /* when heartbeats were last looked at; 0: never */
} DaemonRollout;

/* heart: what this pass knows of all nodes, by the file in force. n_rounds: of probes that began.
 * With the lock of writers. */
Follow daemon_rollout_look(DaemonRollout *rollout, const Found *found, const DaemonHeartbeat *heart,
			   unsigned long n_rounds);

void daemon_rollout_free(DaemonRollout *rollout);

#endif
