/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_COMPARED_H
#define SYNCWARD_STATUS_COMPARED_H

#include "common/base/buf.h"
#include "common/status/status.h"

/* That entries differed when they were compared; NULL: none is known to. */
const char *compared_difference(Pool *pool, const CompareRecord *record, int64_t now_sec);

/* What monitoring is to hear of a record of compare's; NULL: nothing. */
const char *compared_problem(Pool *pool, const CompareRecord *record, const Status *status,
			     int64_t now_sec);

/*
 * Why that two copies were equal is not known any more; NULL: nothing speaks against it. A link
 * that is made anew may leave at one of three servers what is deleted meanwhile, and contextCSN is
 * equal all the same: seen on 2.4, 2.5 and 2.6, in slapd alone.
 */
const char *compared_outdated(Pool *pool, const CompareRecord *record,
			      const StatusDatabase *database);

/* How many entries differed, of peers that could be compared with. */
void compared_perfdata(Buf *line, const Status *status);

void compared_metrics(Buf *out, const CompareRecords *records);

#endif
