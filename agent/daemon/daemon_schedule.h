/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_SCHEDULE_H
#define SYNCWARD_DAEMON_SCHEDULE_H

#include "agent/daemon/daemon_orders.h"
#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "common/link/turn.h"
#include "common/pass/schedule.h"
#include "common/remember/applied.h"

/* When to write, and when to look again. */
typedef struct DaemonSchedule {
	Schedule schedule;
	Turn splay;          /* of the plan that restarts consumers */
	DaemonOrders orders; /* that ask for a look and a write at once */
} DaemonSchedule;

/* What became of the plan that a pass was about to write. Zero at its beginning. */
typedef struct WriteTry {
	char digest[SHA256_HEX_SIZE]; /* in memory only: it is derived from passwords */
	uint64_t started_usec;
	bool has_tried;
	bool has_restarted;       /* wrote olcSyncrepl: slapd starts consumers anew */
	bool waits_after_refusal; /* slapd refused the same plan not long ago */
} WriteTry;

DaemonSchedule daemon_schedule_new(unsigned interval_sec);

/* A pass begins: with the interval of its settings; a person's resume forgets failures. */
void daemon_schedule_begin(DaemonSchedule *schedule, const Found *found);

/* Forgets failures: something else is wanted now. */
void daemon_schedule_forget(DaemonSchedule *schedule);

/* Whether the plan may be written now. One that slapd refused waits; a rewrite that restarts
 * consumers and is not urgent (drift is) leaves its turn to the nodes before us. */
bool daemon_schedule_may_write(DaemonSchedule *schedule, const Found *found, const Plan *plan,
			       bool has_drift, WriteTry *ret);

/* The steps that slapd accepted. */
void daemon_schedule_written(WriteTry *write, const Applied *applied);

/* Takes in how the pass ended. is_watched: slapd's socket tells when slapd is back. */
Follow daemon_schedule_next(DaemonSchedule *schedule, const Found *found, const WriteTry *write,
			    const Error *err, bool is_watched);

/* The next look at what is held, ill, awaited or being refreshed: so many. */
Follow daemon_schedule_ill(DaemonSchedule *schedule, const Found *found, size_t n_ill);

#endif
