/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_FLEET_H
#define SYNCWARD_TOLD_FLEET_H

#include "common/health/fleet.h"
#include "common/tell/condition.h"

/* What lasts at the nodes: which are silent, and whose entries do not count. */
void fleet_conditions(Pool *pool, const Fleet *fleet, int64_t now_sec, ConditionList *ret);

/* Adds that this node's own entry cannot be written, or that no entries can be read: why, and what
 * ends it (NULL: the reason says it). */
void fleet_trouble_condition(Pool *pool, const char *suffix, const char *what, const char *release,
			     ConditionList *ret);

/* Carries over what was already reported about nodes, perhaps by an earlier daemon, for as long as
 * entries cannot be read. */
void fleet_carry(Pool *pool, const ConditionList *told, const Fleet *fleet, ConditionList *ret);

/* What the node says about itself, worked out from what lasts: one word, and the codes of what is
 * held. */
void heartbeat_say_state(Pool *pool, const ConditionList *lasting, Heartbeat *ret);

#endif
