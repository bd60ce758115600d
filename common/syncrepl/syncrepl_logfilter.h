/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_LOGFILTER_H
#define SYNCWARD_SYNCREPL_LOGFILTER_H

#include <stdbool.h>

#include "common/base/pool.h"

/* True when the filter surely finds every successful write of an accesslog (slapo-accesslog(5)): a
 * delta consumer never gets what the filter leaves out, although its contextCSN says that it has
 * it. */
bool syncrepl_logfilter_is_whole(Pool *pool, const char *filter);

#endif
