/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_REPORT_H
#define SYNCWARD_PASS_REPORT_H

#include "common/base/error.h"
#include "common/pass/planned.h"

/* How a pass ended. */
typedef struct ReportEnd {
	bool has_failed;
	Error error; /* when has_failed */
	/* The state folder could not be written. Before a write that ends the pass, and is its
	 * error; after it the pass goes on. */
	bool has_state_error;
	Error state_error;
} ReportEnd;

/* What a pass found and did: failing is one of its results, so that it is told once and cannot be
 * forgotten. */
typedef struct Report {
	bool has_plan;
	Planned first;     /* what the pass set out to do */
	Planned last;      /* as it was at the last look, and what was left at the end */
	ReaderViews views; /* what readers were seen to read here, in this pass or before */
	size_t n_done;     /* LDAP writes that slapd accepted */
	bool is_audit;     /* policy.mode: nothing was written, or openings alone (openings.h) */
	bool is_paused;    /* the same, for a pause */
	bool fence_has_changed; /* what is known of a closed database is another now: plan again */
	bool is_postponed;      /* something was left for a later pass */
	const char **notices;
	size_t n_notices;
	const char **failures;
	size_t n_failures;
	ReportEnd end;
} Report;

/* What the state folder did not take; the first of it. */
void report_state_note(Report *report, const Error *err);

/* An optional step that slapd refused, each text once; copied into the pool. */
void report_failure_note(Pool *pool, Report *report, const char *text);

/* 0 nothing to do or all done, 2 changes (plan only), 3 something is held, else the error's own. */
int report_exit_status(const Report *report, bool is_plan);

#endif
