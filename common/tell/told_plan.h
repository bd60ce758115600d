/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TOLD_PLAN_H
#define SYNCWARD_TOLD_PLAN_H

#include "common/base/error.h"
#include "common/base/text_index.h"
#include "common/plan/authors.h"
#include "common/plan/plan.h"
#include "common/tell/condition.h"

/* From what a pass found to what is reported about it. */

/* What the plan says about the server and lasts until somebody acts: holds and findings. Everything
 * lives in the pool. */
void conditions_of_plan(Pool *pool, const Plan *plan, ConditionList *ret);

/* With which event a condition ends that the plan no longer has: a hold that gives way to another
 * one, or whose database peers.json no longer lists, was not resolved. */
EventKind condition_end(const Plan *plan, const Condition *condition, bool is_listed);

/* Tells one change of a server from all others, over plans and passes. */
const char *change_key(Pool *pool, const Change *change);

/* Why changes are needed that the plans of one pass had so far. */
typedef struct AttributedChange {
	const char *key;
	Attribution attribution;
} AttributedChange;

typedef struct AttributedList {
	AttributedChange *items;
	size_t n_items;
	TextIndex keys; /* in the order of the items */
	Cause cause; /* of everything but what is put back, given by a command; CAUSE_NOT_TOLD: each
			has its own */
} AttributedList;

/* Its place in the list; n_items when it is not there. */
size_t attributed_find(const AttributedList *list, const char *key);

/* Why each change of the plan is needed, in the order of its changes. What an earlier round of the
 * pass found out stands: later ones see our own write in the entry. Adds to the list. */
const Attribution *attributions_make(Pool *pool, const Plan *plan, const Tree *config,
				     const Seen *seen, AttributedList *list);

/* What is reported about one LDAP write: what it does, from the changes that it carries out, and
 * why they are needed. attributions are those of the plan's changes. */
Event event_of_step(Pool *pool, const Plan *plan, const Attribution *attributions, const Step *step,
		    EventKind kind);

/* What is reported when this change turns out to be needed: what, why, who wrote the entry last. */
Event event_of_change(Pool *pool, const Change *change, const Attribution *attribution);

#endif
