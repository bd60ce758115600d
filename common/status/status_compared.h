/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_COMPARED_H
#define SYNCWARD_STATUS_COMPARED_H

#include "common/base/buf.h"
#include "common/status/status.h"

/* A sentence saying that entries differed when they were compared; NULL: none is known to. */
const char *compared_difference(Pool *pool, const CompareRecord *record, int64_t now_sec);

/* What monitoring is to be told about a record of compare; NULL: nothing. */
const char *compared_problem(Pool *pool, const CompareRecord *record, const Status *status,
			     int64_t now_sec);

/*
 * Why it is no longer known that two copies are equal; NULL: nothing speaks against it. When a link
 * is made anew, one of three servers may keep what is deleted meanwhile, although contextCSN is
 * equal: seen on 2.4, 2.5 and 2.6, in slapd alone.
 */
const char *compared_outdated(Pool *pool, const CompareRecord *record,
			      const StatusDatabase *database);

/* How many entries differed, counting peers that could be compared. */
void compared_perfdata(Buf *line, const Status *status);

void compared_metrics(Buf *out, const CompareRecords *records);

#endif
