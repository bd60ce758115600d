/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_sight.h"

#include "agent/links/daemon_relay.h"

Follow daemon_sight_look(DaemonSight *sight, const Found *found, const LinksBefore *before)
{
	Follow follow = daemon_links_look(&sight->links, found, before);

	follow_add(found->pool, &follow, daemon_relay_look(found, &sight->links));
	follow_add(found->pool, &follow, daemon_health_look(&sight->health, found, &sight->links));
	return follow;
}

void daemon_sight_free(DaemonSight *sight)
{
	daemon_links_free(&sight->links);
	daemon_health_free(&sight->health);
}
