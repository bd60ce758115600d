/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_HEARTBEAT_H
#define SYNCWARD_DAEMON_HEARTBEAT_H

#include "agent/found/daemon_follow.h"
#include "agent/heartbeat/heartbeat_work.h"

/* Reads the heartbeats of others and writes this node's own when it is due and nothing speaks
 * against it (common/guard/heartbeat_gate.h). Does nothing if peers.json has none. */
Follow daemon_heartbeat_look(DaemonHeartbeat *heart, const Found *found,
			     const HeartbeatSight *sight);

/* What the status shows, in the pool. */
Fleets daemon_heartbeat_fleets(Pool *pool, const DaemonHeartbeat *heart);

void daemon_heartbeat_free(DaemonHeartbeat *heart);

#endif
