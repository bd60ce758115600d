/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_RELAY_H
#define SYNCWARD_TOLD_RELAY_H

#include "common/tell/condition.h"

/* Adds that links of this relay are down and readers are not kept away, so that changes may get
 * lost when the links are back. */
void relay_condition(Pool *pool, const char *suffix, ConditionList *ret);

/* The same as it was reported, perhaps by an earlier daemon; NULL: it was not. */
const Condition *relay_condition_told(Pool *pool, const ConditionList *told, const char *suffix);

#endif
