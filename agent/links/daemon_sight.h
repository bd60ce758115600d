/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_SIGHT_H
#define SYNCWARD_DAEMON_SIGHT_H

#include "agent/links/daemon_health.h"
#include "agent/links/daemon_links.h"

/* What the daemon sees of its links, and of the copies at both ends of them. */
typedef struct DaemonSight {
	DaemonLinks links;
	DaemonHealth health;
} DaemonSight;

/* daemon_links_look(), and daemon_health_look() at what that saw. */
Follow daemon_sight_look(DaemonSight *sight, const Found *found, const LinksBefore *before);

void daemon_sight_free(DaemonSight *sight);

#endif
