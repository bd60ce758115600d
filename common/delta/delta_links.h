/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DELTA_LINKS_H
#define SYNCWARD_DELTA_LINKS_H

#include "common/draft/diff.h"

/*
 * Delta-syncrepl. A consumer whose provider has no log of changes gets nothing at all: slapd 2.4,
 * 2.5 and 2.6 search the log again and again, and never read the database instead. Where a log is
 * hidden under a link that reads it, contextCSN goes on, and what was written meanwhile never comes
 * (seen on all three). So a link reads
 * the log only when its provider was seen to show it, and the database itself until then; what
 * cn=config already has stays, and is reported.
 */

/* What is wanted now: peers.json, but with those links reading the database itself. Consumers stand
 * in the same order; the same pointer where nothing differs. Lives as long as the pool and
 * input->wanted. */
const Wanted *delta_wanted(Pool *pool, const PlanInput *input);

#endif
