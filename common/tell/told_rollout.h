/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_ROLLOUT_H
#define SYNCWARD_TOLD_ROLLOUT_H

#include "common/health/canary.h"
#include "common/health/fleet.h"
#include "common/tell/condition.h"

/*
 * How well a node does that puts a revision in force first, as a word for heartbeats: like
 * heartbeat_say_state(), but without the effects of the roll-out itself. Links to nodes that show
 * an older revision may be down, because those nodes do not know yet what this one asks of them;
 * and removals wait for the others.
 */
const char *rollout_word(const ConditionList *lasting, const Fleets *fleets,
			 unsigned long revision);

/* What lasts at the nodes that a revision waits for: which are ill with it, or silent. */
void rollout_conditions(Pool *pool, const KnownRollout *known, unsigned long revision,
			ConditionList *ret);

#endif
