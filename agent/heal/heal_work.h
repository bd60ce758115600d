/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_WORK_H
#define SYNCWARD_HEAL_WORK_H

#include "agent/heal/healed.h"
#include "agent/verify/verify.h"

/* Who writes. */
typedef struct HealWriter {
	PeerLink link; /* open when is_open */
	bool is_open;
	bool sees_all; /* it is the rootdn */
} HealWriter;

/* One database while it is healed. */
typedef struct HealWork {
	Pool *pool;
	const HealOptions *options;
	const Wanted *wanted;
	const WantedDatabase *database;
	const LiveDatabase *live;
	World *world;
	Verify verify; /* of this database only: servers[0] is this node */
	VerifiedDatabase *servers;
	HealHands hands;
	HealWriter writer; /* of the hands */
	SidList old;
	bool has_newest;
	EntryMark newest; /* of entries with server ID 0 */
	HealedDatabase *healed;
} HealWork;

/* Notes why it is not healed. */
static inline void heal_hold(HealWork *work, const char *code, const char *text,
			     const char *release)
{
	heal_hold_add(work->pool, &work->healed->holds, code, text, release);
}

#endif
