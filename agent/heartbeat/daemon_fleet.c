/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/daemon_fleet.h"

Follow daemon_fleet_look(DaemonFleet *fleet, const Found *found, const HeartbeatSight *sight)
{
	Follow follow = daemon_heartbeat_look(&fleet->heartbeat, found, sight);

	follow_add(found->pool, &follow,
		   daemon_rollout_look(&fleet->rollout, found, &fleet->heartbeat, sight->n_rounds));
	return follow;
}

void daemon_fleet_free(DaemonFleet *fleet)
{
	daemon_heartbeat_free(&fleet->heartbeat);
	daemon_rollout_free(&fleet->rollout);
}
