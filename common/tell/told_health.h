/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_HEALTH_H
#define SYNCWARD_TOLD_HEALTH_H

#include "common/health/copy_health.h"
#include "common/tell/condition.h"

/* What lasts and has to be reported: one finding for each copy that is in trouble. uris are those
 * of the peers, in their order. */
void health_conditions(Pool *pool, const DatabaseHealth *health, const char *const *uris,
		       ConditionList *ret);

/* What a look at some entries showed about the database as a whole, in words. */
void health_entries_condition(Pool *pool, const char *code, const char *suffix, const char *what,
			      ConditionList *ret);

/* Adds that the database here is a different one than before; health->replaced_sec is set. */
void health_replaced_condition(Pool *pool, const DatabaseHealth *health, ConditionList *ret);

/* Carries over the same if it was already reported, perhaps by an earlier daemon: a restart does
 * not bring back what was deleted then. */
void health_replaced_carry(Pool *pool, const ConditionList *told, const char *suffix,
			   ConditionList *ret);

/* Adds that a copy which was older than before when slapd started has taken changes; and carries
 * over the same if it was already reported. */
void health_restored_condition(Pool *pool, const char *suffix, ConditionList *ret);
void health_restored_carry(Pool *pool, const ConditionList *told, const char *suffix,
			   ConditionList *ret);

/* True for a condition that came from one of these. */
bool health_is_condition(const Condition *condition);

/* True for a condition that lasts until somebody has looked into it. */
bool health_lasts(const Condition *condition);

#endif
