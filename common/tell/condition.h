/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONDITION_H
#define SYNCWARD_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/tell/event.h"

typedef enum ConditionKind {
	CONDITION_TROUBLE, /* slapd is away, a file cannot be used, ... */
	CONDITION_HOLD,
	CONDITION_FINDING,
	CONDITION_CHANGE, /* needed, and not made yet */
	CONDITION_LINK,   /* a replication link that does not work */
	CONDITION_NODE,   /* another node that is silent; nothing is wrong with this one */
	CONDITION_KIND_COUNT
} ConditionKind;

/* Something that lasts (slapd is away, a guard holds): reported when it begins and when it ends,
 * not in between. Two conditions with one key are the same one. */
typedef struct Condition {
	const char *key;
	EventKind begins; /* EVENT_KIND_COUNT: nothing is reported */
	EventKind ends;   /* the same */
	const char *text; /* reported when it begins; may change while it lasts */
	ConditionKind kind;
	const char *code; /* the guard's or the finding's; NULL: none */
	bool is_critical; /* of a finding */
	const char *what; /* the text without what the other fields say; NULL: the text itself */
	const char *suffix;
	const char *dn; /* the entry, while it begins; not kept */
	const char *peer;
	const char *release; /* the command or line that ends it; NULL: none */
	int64_t since_sec;   /* seconds since 1970 */
} Condition;

/* False for what lasts at another node. */
static inline bool condition_is_of_this_node(const Condition *condition)
{
	return condition->kind != CONDITION_NODE;
}

typedef struct ConditionList {
	Condition *items;
	size_t n_items;
} ConditionList;

/* Adds the condition unless one with its key is there. The strings are not copied. */
void condition_add(Pool *pool, ConditionList *list, Condition condition);

/* The condition with that key; NULL when there is none. */
const Condition *condition_find(const ConditionList *list, const char *key);

/*
 * What has to be reported when "before" became "now": one event for each condition that began and
 * each that ended. Those that last keep the time since which they do; those that began get now_sec.
 */
void conditions_compare(Pool *pool, const ConditionList *before, ConditionList *now,
			int64_t now_sec, EventList *ret);

/* True when the same conditions last in both. */
bool conditions_same(const ConditionList *one, const ConditionList *other);

/* A copy of everything in another pool. */
ConditionList conditions_copy(Pool *pool, const ConditionList *list);

#endif
