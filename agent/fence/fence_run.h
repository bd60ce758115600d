/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_RUN_H
#define SYNCWARD_FENCE_RUN_H

#include "agent/fence/fence_options.h"
#include "agent/pass/site.h"
#include "common/copy/fence.h"

/* What came of one database. */
typedef struct FenceResult {
	const char *suffix;
	FenceVerdict verdict;
	const char *text; /* a sentence, without the suffix */
	bool is_closed;   /* clients cannot write, whoever saw to that */
	bool is_relay;    /* it is about what makes a relay that was away a provider */
} FenceResult;

typedef struct FenceReport {
	const char *notice; /* why nothing was judged; NULL: it was */
	FenceResult *items;
	size_t n_items;
} FenceReport;

/*
 * Before slapd starts: looks whether each database is the one that the daemon saw last, closes it
 * to clients when it is older or absent, and opens what it closed when the right one is back. Of a
 * relay it takes what makes it a provider (common/copy/fence_apart.h). What
 * it found is in the state folder before it returns. Never changes anything while slapd runs.
 */
int fence_run(Pool *pool, const Context *context, const FenceOptions *options, FenceReport *ret,
	      Error *err);

/* 0 all right, 3 one is closed, 1 of one it is not known, or it could not be closed. */
int fence_exit_status(const FenceReport *report);

#endif
