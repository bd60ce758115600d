/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_LINKS_H
#define SYNCWARD_JOINING_LINKS_H

#include "common/draft/diff.h"

/*
 * Holds the additions to olcSyncrepl that must wait: while this node joins it reads one peer, and
 * the others when it has everything of that one; and none whose database is another one, or may be.
 * of_live: which peer each of its values belongs to, NULL where to none.
 */
void joining_hold_links(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			const WantedConsumer *const *of_live);

#endif
