/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_LOG_H
#define SYNCWARD_LINKS_LOG_H

#include <stdbool.h>

#include "common/topology/links.h"

/* Fills by_log, in pool, which the others here need, unless the database has no "delta". */
void links_log_make(Pool *pool, Links *links);

/* True when "delta" of the database has one node, by its position, read the log of a provider; the
 * other links of that database read the database itself. */
bool links_read_log(const Links *links, size_t reader, size_t provider);

/* True when the node reads some log, and so needs one of its own. */
bool links_need_log(const Links *links, size_t reader);

#endif
