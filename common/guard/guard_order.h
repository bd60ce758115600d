/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_ORDER_H
#define SYNCWARD_GUARD_ORDER_H

#include "common/draft/diff.h"

/* Holds the server ID until each database that has entries has its overlay, and what they carry is
 * in contextCSN on disk; has it written where slapd lets us. */
void guard_server_order(Diff *diff);

/* True when nothing of this database keeps the server ID from being written, at a moment at which
 * its entry is `then`. was_written: an earlier step wrote its contextCSN. */
bool order_is_kept(Diff *diff, const DatabasePlan *database, const LiveDatabase *then,
		   bool was_written);

#endif
