/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_NEEDS_ANSWER_H
#define SYNCWARD_NEEDS_ANSWER_H

#include "agent/look/extra_looks.h"
#include "agent/look/look.h"
#include "common/copy/silent_peers.h"
#include "common/link/password_proof.h"

/* Who asks peers. */
typedef struct NeedsAsker {
	unsigned our_id; /* decides with which peer it begins (common/link/password_gate.h) */
	unsigned patience_msec; /* for all of them together; 0: as long as a pass may take */
	SilentPeers *silent;    /* is added to; NULL: there is one look only */
	const KnownLinks *known_links;
	ExtraLooks *extra_looks; /* ExtraQuestion */
} NeedsAsker;

/*
 * Reads what the plan needs to know of databases here and at its peers, over the replication binds
 * that it would write, at all peers of all databases at once. An answer that says "no" is a fact,
 * not an error; a peer that does not answer in time is CONTENT_UNREACHABLE, with a text that says
 * so.
 */
void world_answer_needs(Directory *directory, Pool *pool, const PlanNeeds *needs,
			const NeedsAsker *asker, World *world);

/* Looks once more, now, at what only the copy here has, where an earlier pass did; only for that
 * database. */
void world_extra_afresh(Directory *directory, Pool *pool, const PlanNeeds *needs,
			const NeedsAsker *asker, const char *suffix, World *world);

#endif
