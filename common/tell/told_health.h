/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_HEALTH_H
#define SYNCWARD_TOLD_HEALTH_H

#include "common/health/copy_health.h"
#include "common/tell/condition.h"

/* What lasts and has to be told: one finding for each copy with a trouble. uris are those of the
 * peers, in their order. */
void health_conditions(Pool *pool, const DatabaseHealth *health, const char *const *uris,
		       ConditionList *ret);

/* What a look at some entries found of the database as a whole, in words. */
void health_entries_condition(Pool *pool, const char *code, const char *suffix, const char *what,
			      ConditionList *ret);

/* That the database here is another one than it was; health->replaced_sec is set. */
void health_replaced_condition(Pool *pool, const DatabaseHealth *health, ConditionList *ret);

/* The same as it was told already, maybe by an earlier daemon: what was deleted then does not come
 * back by a restart. Nothing when it was not. */
void health_replaced_carry(Pool *pool, const ConditionList *told, const char *suffix,
			   ConditionList *ret);

/* That a copy took changes that was older than before when slapd started; and the same as it was
 * told already. */
void health_restored_condition(Pool *pool, const char *suffix, ConditionList *ret);
void health_restored_carry(Pool *pool, const ConditionList *told, const char *suffix,
			   ConditionList *ret);

/* True for a condition that came from one of these. */
bool health_is_condition(const Condition *condition);

/* True for one that lasts until somebody looked into it. */
bool health_lasts(const Condition *condition);

#endif
