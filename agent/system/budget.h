/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_BUDGET_H
#define SYNCWARD_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

/*
 * How long a piece of work may take, from its start to its last request: before each request it is
 * checked whether there is time left. Zero: without limit.
 */
typedef struct Budget {
	int64_t end_msec;        /* on CLOCK_MONOTONIC; 0: no end */
	bool (*must_stop)(void); /* true: it ends now; NULL: never */
} Budget;

/* As much from now on. */
Budget budget_of(unsigned msec, bool (*must_stop)(void));

/* What is left of it, at most that much. */
unsigned budget_left_msec(const Budget *budget, unsigned at_most_msec);

/* ERROR_STOPPED when the work is to end. */
int budget_check_stop(const Budget *budget, Error *err);

/* ERROR_BUSY when less is left than what the next request needs: it is not to be sent, because
 * there would be no time to wait for its answer. what: what would be asked. */
int budget_check(const Budget *budget, unsigned needed_msec, const char *what, Error *err);

#endif
