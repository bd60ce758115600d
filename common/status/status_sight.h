/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMMON_REPORT_STATUS_SIGHT_H
#define SYNCWARD_COMMON_REPORT_STATUS_SIGHT_H

#include "common/status/status.h"

/* What check must not call well because it was not seen: this node's own copy of a database, or a
 * peer's copy that could not be read for a quarter of an hour, though it is asked. One sentence
 * from the pool; NULL: nothing. */
const char *sight_lacks(Pool *pool, const Status *status);

#endif
