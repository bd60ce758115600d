/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_FLEET_H
#define SYNCWARD_DAEMON_FLEET_H

#include "agent/heartbeat/daemon_heartbeat.h"
#include "agent/heartbeat/daemon_rollout.h"

/* What the nodes tell each other by heartbeats about themselves and about a revision that they try.
 */
typedef struct DaemonFleet {
	DaemonHeartbeat heartbeat;
	DaemonRollout rollout;
} DaemonFleet;

/* daemon_heartbeat_look(), and daemon_rollout_look() at what that heard. */
Follow daemon_fleet_look(DaemonFleet *fleet, const Found *found, const HeartbeatSight *sight);

void daemon_fleet_free(DaemonFleet *fleet);

#endif
