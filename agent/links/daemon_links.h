/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_LINKS_H
#define SYNCWARD_DAEMON_LINKS_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "common/link/link_watch.h"

/* Whether the links work that peers.json asks for, in the order of databases and consumers. */
typedef struct DaemonLinks {
	Pool *pool;
	LinkWatch *items;
	size_t n_items;
} DaemonLinks;

/* Links that worked when a daemon looked first, before it corrected anything. */
typedef struct LinksBefore {
	const char **names;
	size_t n_names;
} LinksBefore;

/* One look of a pass at the server: that of the first pass counts. */
void daemon_links_before(LinksBefore *before, const Found *found, const LiveRunning *runs);

/* Which links broke for good, and which are back. Where only peers can say, they are asked. */
Follow daemon_links_look(DaemonLinks *links, const Found *found, const LinksBefore *before);

void daemon_links_free(DaemonLinks *links);

#endif
