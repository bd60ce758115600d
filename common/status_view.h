/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_VIEW_H
#define SYNCWARD_STATUS_VIEW_H

#include "common/status.h"

/* What a reader of the status knows besides. */
typedef struct StatusLife {
	Claim is_running; /* the process that wrote it */
	int64_t now_sec;
} StatusLife;

/* True when the daemon should have written a newer one: three intervals and a minute are over. */
bool status_is_stale(const Status *status, int64_t now_sec);

/* A page for people. */
const char *status_text(Pool *pool, const Status *status, const StatusLife *life);

#endif
