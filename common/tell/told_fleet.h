/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_FLEET_H
#define SYNCWARD_TOLD_FLEET_H

#include "common/health/fleet.h"
#include "common/tell/condition.h"

/* What lasts of the nodes: who is silent, and whose entry does not count. */
void fleet_conditions(Pool *pool, const Fleet *fleet, int64_t now_sec, ConditionList *ret);

/* That this node's own entry cannot be written, or those of all cannot be read: why, and what ends
 * it (NULL: the reason says it). */
void fleet_trouble_condition(Pool *pool, const char *suffix, const char *what, const char *release,
			     ConditionList *ret);

/* What was told already of nodes, maybe by an earlier daemon: as long as entries cannot be read. */
void fleet_carry(Pool *pool, const ConditionList *told, const Fleet *fleet, ConditionList *ret);

/* What the node says of itself: in a word, and the codes of what is held. From what lasts. */
void heartbeat_say_state(Pool *pool, const ConditionList *lasting, Heartbeat *ret);

#endif
