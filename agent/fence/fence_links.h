/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_LINKS_H
#define SYNCWARD_FENCE_LINKS_H

#include "agent/fence/fence_site.h"
#include "common/base/pool.h"
#include "common/base/tree.h"

/*
 * A log of changes may say that it begins earlier than it does (minCSN): a database that is older
 * than that beginning gets what is in the log, and never what came between. Has the links of that
 * entry of cn=config, which has that DN, read databases instead of logs, and takes back what this
 * node said of its own log (LOG_WORD). Returns what is told of it, "" where none reads one.
 */
const char *fence_links_make_plain(Pool *pool, const FenceSite *site, const Entry *database,
				   const char *dn);

#endif
