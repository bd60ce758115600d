/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SEEN_CHANGES_H
#define SYNCWARD_SEEN_CHANGES_H

#include <stdbool.h>

#include "common/base/pool.h"
#include "common/copy/copy.h"

/* The newest change of one server ID that a peer ever showed, and which peer that was. */
typedef struct SeenChange {
	const char *csn;
	unsigned peer_id;
} SeenChange;

/* One for each server ID: what there is, also when nobody who has it can be asked any more. */
typedef struct SeenChanges {
	SeenChange *items;
	size_t n_items;
} SeenChanges;

/* Joins before with what the peers show now. A peer that shows another database than the one here
 * is not counted, nor what it showed before. All in the pool. */
SeenChanges seen_changes_join(Pool *pool, const SeenChanges *before, const Content *here,
			      const Content *peers, size_t n_peers);

/* Those that are not here; in the pool, texts borrowed. */
SeenChanges seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here);

/* That of the server ID; NULL: there is none. */
const SeenChange *seen_change_of(const SeenChanges *seen, unsigned sid);

bool seen_changes_equal(const SeenChanges *one, const SeenChanges *other);

#endif
