/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_LINKS_H
#define SYNCWARD_FENCE_LINKS_H

#include "agent/fence/fence_work.h"

/*
 * A log of changes may say that it begins earlier than it does (minCSN): a database that is older
 * than that beginning gets what is in the log, and never what came between. Has the links of that
 * entry of cn=config read databases instead of logs, whoever made them and also in a pause: one
 * that goes on loses as much, and what was lost nobody brings back, while the history has what the
 * links were. Takes back what this node said of its own log (LOG_WORD), too. Returns what is
 * to be reported, "" where none reads one.
 */
const char *fence_links_make_plain(Fence *fence, FenceRecord *record, const Entry *database);

#endif
