/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_LOG_H
#define SYNCWARD_LINKS_LOG_H

#include <stdbool.h>

#include "common/topology/links.h"

/* Fills by_log, in pool, which the other functions here need, unless the database has no "delta".
 */
void links_log_make(Pool *pool, Links *links);

/* True when the database's "delta" has the one node read the log of the other one, a provider; both
 * by position. The other links read the database itself. */
bool links_read_log(const Links *links, size_t reader, size_t provider);

/* True when the node reads some log, and so needs one of its own. */
bool links_need_log(const Links *links, size_t reader);

#endif
