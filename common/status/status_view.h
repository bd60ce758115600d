/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_VIEW_H
#define SYNCWARD_STATUS_VIEW_H

#include "common/status/status.h"

/* What a reader of the status knows in addition. */
typedef struct StatusLife {
	Claim is_running; /* the process that wrote it */
	int64_t now_sec;
	unsigned slapd_silent_sec; /* how long slapd gave no answer just now; 0: it answered, or was
				      not asked */
} StatusLife;

/* True when the daemon should have written a newer status: three intervals and a minute are over.
 */
bool status_is_stale(const Status *status, int64_t now_sec);

/* Exit statuses of monitoring plugins. */
typedef enum CheckLevel {
	CHECK_OK,
	CHECK_WARNING,
	CHECK_CRITICAL,
	CHECK_UNKNOWN,
	CHECK_LEVEL_COUNT
} CheckLevel;

typedef struct CheckResult {
	CheckLevel level;
	const char *line; /* "SYNCWARD OK - text | perfdata", without a line end; with all nodes,
			     followed by a line for each */
} CheckResult;

/* How old a change that a server is known to lack may be; -1: no limit. */
typedef struct CheckLimits {
	int64_t warning_msec;
	int64_t critical_msec;
	bool is_of_all; /* other nodes are judged as well, by their heartbeats, and each gets a line
			 */
} CheckLimits;

/* The verdict for a monitoring system; syncward(8) has the rules. */
CheckResult status_check(Pool *pool, const Status *status, const StatusLife *life,
			 const CheckLimits *limits);

/* The same when there is no status to judge. */
CheckResult status_check_failed(Pool *pool, CheckLevel level, const char *why);

/* The metrics, in the text format of Prometheus. Once the daemon was stopped, they report only
 * that. */
const char *status_metrics(Pool *pool, const Status *status);

/* A page for people. */
const char *status_text(Pool *pool, const Status *status, const StatusLife *life, bool has_colour);

#endif
