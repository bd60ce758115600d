/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_STATUS_H
#define SYNCWARD_DAEMON_STATUS_H

#include "agent/heartbeat/daemon_heartbeat.h"
#include "agent/kept/daemon_told.h"
#include "agent/links/daemon_health.h"
#include "agent/links/daemon_links.h"
#include "common/status/status.h"

/* What others may read about the daemon. */
typedef struct DaemonStatus {
	Pool *pool;
	Status value;
	Pool *sentence_pool;
	const char *sentence;
	char problem[ERROR_TEXT_MAX]; /* why it could not be written; "": it could */
} DaemonStatus;

/* What a pass found that the status shows, and how it ended. */
typedef struct StatusPassed {
	const ConditionList *lasting;
	const DaemonLinks *links;
	const DaemonHealth *health;
	const DaemonHeartbeat *heartbeat;
	PassOutcome outcome;
	const Error *err;
} StatusPassed;

DaemonStatus daemon_status_new(const Clock *clock);
void daemon_status_free(DaemonStatus *status);

/* Takes in a pass. */
void daemon_status_pass(DaemonStatus *status, const Found *found, const StatusPassed *passed);

/* How many things are held, ill or being refreshed, as far as slapd can be asked. lasting: what was
 * told last. */
size_t daemon_status_count_unsettled(DaemonStatus *status, const ConditionList *lasting);

/* Sets when the next pass is due, as far as the last one knows; UINT64_MAX: none is. To be called
 * before the status is written. */
void daemon_status_next(DaemonStatus *status, const Clock *clock, uint64_t next_usec);

/* Writes the status and the metrics, with what was told until now. */
void daemon_status_write(DaemonStatus *status, const Context *context, const DaemonTold *told,
			 const Clock *clock);

/* The same for the last time. */
void daemon_status_stop(DaemonStatus *status, const Context *context, const DaemonTold *told,
			const Clock *clock);

#endif
