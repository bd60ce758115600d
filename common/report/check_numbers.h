/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CHECK_NUMBERS_H
#define SYNCWARD_CHECK_NUMBERS_H

#include "common/base/buf.h"
#include "common/status/status_view.h"

/* The numbers of the line for monitoring systems. */

/* How many links of a database are known, and how many of them work; one that broke just now still
 * counts as working, until that lasts. */
typedef struct LinkCount {
	unsigned n_known;
	unsigned n_up;
} LinkCount;

/* No links are known while slapd is away. */
LinkCount links_count(const Status *status, const StatusDatabase *database);

LinkCount links_of_all(const Status *status);

/* Databases that are known to be in step. */
size_t in_step_count(const Status *status);

/* A report that is older than that comes from a daemon that hangs. */
int64_t stale_after_sec(const Status *status);

/* " | NAME=..." for each number that is known. */
void perfdata_add(Pool *pool, Buf *line, const Status *status, int64_t now_sec,
		  const CheckLimits *limits);

#endif
