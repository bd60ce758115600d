/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STEP_FAILURE_H
#define SYNCWARD_STEP_FAILURE_H

#include "common/base/error.h"
#include "common/remember/applied.h"

/* A step that slapd did not take, and what is known of it. */
typedef struct StepFailure {
	const Step *step;
	bool is_on_disk;           /* slapd was seen to write the entry's file */
	const char *slapd_started; /* when slapd did; NULL: it does not say */
	Error error;               /* what slapd answered; becomes what people are told */
} StepFailure;

/* What the result means: notes what slapd holds in memory only, or that an optional step was
 * refused. True when no step may follow. */
bool step_failure_stops(Pool *pool, StepFailure *failure, Applied *applied);

#endif
