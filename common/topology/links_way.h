/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_WAY_H
#define SYNCWARD_LINKS_WAY_H

#include "common/topology/links.h"

typedef enum LinksDirection {
	WAYS_FROM, /* from one node to each other one */
	WAYS_TO,   /* from each of them to that one */
} LinksDirection;

/* How long at most a change is on its way because nodes between read at intervals
 * (type=refreshOnly), by position in nodes: 0 if all stay connected, and also if there is no way.
 */
int64_t *links_way_secs(Pool *pool, const Links *links, size_t node, LinksDirection direction);

#endif
