/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_NOTE_H
#define SYNCWARD_FENCE_NOTE_H

#include "common/draft/plan_input.h"
#include "common/health/database_health.h"
#include "common/live/live_config.h"
#include "common/memory/memory.h"
#include "common/plan/plan.h"

/* What a pass knows when its peers were just asked. */
typedef struct FenceNote {
	const Known *known;
	const Plan *plan;
	const Live *live;
	const Facts *facts; /* NULL: nothing is known of files */
	const DatabaseHealth *databases;
	size_t n_databases;
} FenceNote;

/*
 * What the fence is to compare the databases of providers with before slapd starts: contextCSN as
 * it is here. It only grows, so that an older copy with which slapd was started does not become the
 * measure; it shrinks only when a peer proves that no server has more. A database that joins, is
 * suspect or was closed keeps what was noted before. Fills items; borrows from the note.
 */
void fence_note_databases(Pool *pool, const FenceNote *note, LastSeenAll *seen);

/* The database takes clients' writes, and the fence has nothing yet to compare it with. */
bool fence_note_is_new(const Known *known, const Live *live, const char *suffix);

#endif
