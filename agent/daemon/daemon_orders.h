/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_ORDERS_H
#define SYNCWARD_DAEMON_ORDERS_H

#include "agent/found/daemon_found.h"

/* What `syncward pause` or `resume` wrote last, as the daemon read it. Times are seconds since
 * 1970. */
typedef struct DaemonOrders {
	int64_t since_sec;
	int64_t until_sec;
	bool is_known;   /* it was read before */
	bool is_pending; /* no pass made a plan since the last `resume` */
} DaemonOrders;

/* Tells by what is in the state folder, which was read, whether a person gave a new order: the pass
 * may have another cause where files cannot be watched. True in the first pass that sees it. */
bool daemon_orders_take(DaemonOrders *orders, Found *found);

/* A pass with a plan has heeded it; one that ended early has not. */
void daemon_orders_heeded(DaemonOrders *orders, const Found *found);

#endif
