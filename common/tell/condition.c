/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/condition.h"

#include <string.h>

void condition_add(Pool *pool, ConditionList *list, Condition condition)
{
	if (!condition_find(list, condition.key))
		POOL_PUSH(pool, list->items, list->n_items, condition);
}

const Condition *condition_find(const ConditionList *list, const char *key)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (strcmp(list->items[i].key, key) == 0)
			return &list->items[i];
	return NULL;
}

static Event event_of(const Condition *condition, EventKind kind, const char *text)
{
	return (Event){
		.kind = kind,
		.text = text,
		.suffix = condition->suffix,
		.dn = condition->dn,
		.peer = condition->peer,
	};
}

/* All of it was reported when it began: now its first clause, and then the code. */
static const char *first_clause(Pool *pool, const char *text)
{
	const size_t len = strlen(text);
	const char *clause = strstr(text, "; "), *sentence = strstr(text, ". ");
	const char *end = clause && (!sentence || clause < sentence) ? clause : sentence;
	const char *code = len > 0 && text[len - 1] == ']' ? strrchr(text, '[') : NULL;

	if (!end || (code && code < end))
		return text;
	return pool_printf(pool, "%.*s%s%s", (int)(end - text), text, code ? " " : "",
			   code ? code : "");
}

void conditions_compare(Pool *pool, const ConditionList *before, ConditionList *now,
			int64_t now_sec, EventList *ret)
{
	for (size_t i = 0; i < before->n_items; i++) {
		const Condition *old = &before->items[i];

		if (old->ends != EVENT_KIND_COUNT && !condition_find(now, old->key))
			POOL_PUSH(pool, ret->items, ret->n_items,
				  event_of(old, old->ends,
					   pool_printf(pool, "%s; it was: %s",
						       event_meaning(old->ends),
						       first_clause(pool, old->text))));
	}
	for (size_t i = 0; i < now->n_items; i++) {
		Condition *condition = &now->items[i];
		const Condition *old = condition_find(before, condition->key);

		condition->since_sec = old ? old->since_sec : now_sec;
		if (!old && condition->begins != EVENT_KIND_COUNT)
			POOL_PUSH(pool, ret->items, ret->n_items,
				  event_of(condition, condition->begins, condition->text));
	}
}

bool conditions_same(const ConditionList *one, const ConditionList *other)
{
	for (size_t i = 0; i < one->n_items; i++)
		if (!condition_find(other, one->items[i].key))
			return false;
	return one->n_items == other->n_items;
}

ConditionList conditions_copy(Pool *pool, const ConditionList *list)
{
	ConditionList copy = {0};

	for (size_t i = 0; i < list->n_items; i++) {
		Condition condition = list->items[i];

		condition.key = pool_strdup(pool, condition.key);
		condition.text = pool_strdup(pool, condition.text);
		condition.code = pool_strdup(pool, condition.code);
		condition.what = pool_strdup(pool, condition.what);
		condition.suffix = pool_strdup(pool, condition.suffix);
		condition.dn = NULL;
		condition.peer = pool_strdup(pool, condition.peer);
		condition.release = pool_strdup(pool, condition.release);
		POOL_PUSH(pool, copy.items, copy.n_items, condition);
	}
	return copy;
}
