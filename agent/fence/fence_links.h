/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_LINKS_H
#define SYNCWARD_FENCE_LINKS_H

#include "agent/disk/slapd_tool.h"
#include "common/base/pool.h"
#include "common/base/tree.h"

/*
 * A log of changes may say that it begins earlier than it does (minCSN): a database that is older
 * than that beginning gets what is in the log, and never what came between. Has the links of that
 * entry of cn=config, which has that DN, read databases instead of logs. Returns what is to be
 * reported, "" where none reads one.
 */
const char *fence_links_make_plain(Pool *pool, const SlapdTool *tool, const Entry *database,
				   const char *dn);

#endif
