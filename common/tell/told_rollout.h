/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_ROLLOUT_H
#define SYNCWARD_TOLD_ROLLOUT_H

#include "common/health/canary.h"
#include "common/health/fleet.h"
#include "common/tell/condition.h"

/*
 * How a node does that puts a revision in force first, in a word of heartbeats: as
 * heartbeat_say_state(), without what the roll-out itself brings with it. Links to nodes that show
 * an older revision may be down, for they have not been told yet what this one asks of them; and
 * removals wait for the others.
 */
const char *rollout_word(const ConditionList *lasting, const Fleets *fleets,
			 unsigned long revision);

/* What lasts of those that a revision waits for: who is ill with it, or silent. */
void rollout_conditions(Pool *pool, const KnownRollout *known, unsigned long revision,
			ConditionList *ret);

#endif
