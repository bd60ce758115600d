/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_LINK_H
#define SYNCWARD_GUARD_LINK_H

#include "common/draft/diff.h"
#include "common/memory/memory.h"
#include "common/plan/plan.h"

/* True when this change of the database, a CONSUMER_EDIT, replaces a link that works now by another
 * one (G6). */
bool change_replaces_working_link(const LiveRunning *runs, const DatabasePlan *database,
				  const ChangedConsumer *consumer);

/* Notes which links work, before the pass writes anything; in the pool. */
void guard_links_note(Pool *pool, const Live *live, KnownPeers *peers);

/* G6: holds what would replace a working link, until it was tried, and when the peer refused it. */
void guard_links(Diff *diff);

#endif
