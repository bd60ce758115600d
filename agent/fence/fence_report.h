/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_REPORT_H
#define SYNCWARD_FENCE_REPORT_H

#include "common/copy/fence.h"

/* What came of one database. */
typedef struct FenceResult {
	const char *suffix;
	FenceVerdict verdict;
	const char *text; /* a sentence, without the suffix */
	bool is_closed;   /* clients cannot write, for whatever reason */
	bool is_relay;    /* it is about what makes a relay that was away a provider */
} FenceResult;

typedef struct FenceReport {
	const char *notice; /* why nothing was judged; NULL: it was */
	FenceResult *items;
	size_t n_items;
} FenceReport;

#endif
