/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_LAG_H
#define SYNCWARD_STATUS_LAG_H

#include "common/base/buf.h"
#include "common/status/status_view.h"

/* The longest lag that is known of any server. */
typedef struct LagSight {
	int64_t msec; /* -1: none is known */
	const char *suffix;
	unsigned peer_id;    /* 0: this node */
	const char *unknown; /* a database in which it is not known how far behind this node is;
				NULL: none */
} LagSight;

/* Borrows from the status. */
LagSight lag_see(const Status *status);

/* "dc=example,dc=com: peer 2 lacks a change that is 3 min old". */
const char *lag_describe_longest(Pool *pool, const LagSight *lag);

/* The numbers "lag" and "lag_ID" of a line for monitoring systems, with their limits. */
void lag_perfdata(Pool *pool, Buf *line, const Status *status, const CheckLimits *limits);

#endif
