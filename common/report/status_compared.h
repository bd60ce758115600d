/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_COMPARED_H
#define SYNCWARD_STATUS_COMPARED_H

#include "common/base/buf.h"
#include "common/report/status.h"

/* What monitoring is to hear of a record of compare's; NULL: nothing. */
const char *compared_problem(Pool *pool, const CompareRecord *record, const Status *status,
			     int64_t now_sec);

/* How many entries differed, of peers that could be compared with. */
void compared_perfdata(Buf *line, const Status *status);

#endif
