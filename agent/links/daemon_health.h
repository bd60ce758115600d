/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_HEALTH_H
#define SYNCWARD_DAEMON_HEALTH_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "agent/links/daemon_links.h"
#include "common/health/copy_health.h"

/* What this node and its peers have of each database, as of the last round of probes. */
typedef struct DaemonHealth {
	Pool *pool;
	DatabaseHealth *items;
	size_t n_items;
} DaemonHealth;

/* Works out which copy lacks what, whenever peers were probed; in doubt they are asked again.
 * links: as this pass saw them. */
Follow daemon_health_look(DaemonHealth *health, const Found *found, const DaemonLinks *links);

/* What is known of that database; NULL: nothing. */
const DatabaseHealth *daemon_health_of(const DaemonHealth *health, const char *suffix);

void daemon_health_free(DaemonHealth *health);

#endif
