/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/told_health.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"

#include <string.h>

#define KEY_PREFIX "health "

/* How the troubles are reported. */
static const struct {
	const char *code; /* NULL: none */
	bool is_critical;
} troubles[] = {
	[HEALTH_UNKNOWN] = {0},
	[HEALTH_IN_STEP] = {0},
	[HEALTH_BEHIND] = {"behind", false},
	[HEALTH_DIVERGED] = {"diverged", true},
	[HEALTH_EMPTY] = {"empty", true},
	[HEALTH_OTHER] = {"other-database", true},
	[HEALTH_OLDER] = {"older", true},
};
_Static_assert(ARRAY_SIZE(troubles) == HEALTH_STATE_COUNT, "say how every state is told");

/* No peer that answers has what may be missing: only those that are away can show whether it is. */
static bool is_open(const DatabaseHealth *health, const CopyHealth *copy)
{
	return copy->state == HEALTH_OLDER && !health->has_missing_for_sure;
}

static const char *trouble_text(Pool *pool, const DatabaseHealth *health, const CopyHealth *copy,
				const char *who)
{
	if (is_open(health, copy))
		return pool_printf(
			pool,
			"only peers that are away can tell whether %s lacks changes of its own "
			"server ID (the newest: %s); a crash just after a delete looks the same. "
			"If data was lost, or an older backup was restored, let no client write "
			"until they are back",
			who, health->missing);
	switch (copy->state) {
	case HEALTH_OLDER:
		return pool_printf(
			pool,
			"%s lacks changes of its own server ID, the newest %s: the database was "
			"emptied, or restored from an older backup. A write here may make healthy "
			"peers delete entries: let no client write, %s "
			"(syncward-operations(7)), and then %s",
			who, health->missing, remedy_fill(pool, REMEDY_DATABASE_LOAD, "a peer"),
			remedy_text(REMEDY_RESUME));
	case HEALTH_BEHIND:
		return pool_printf(pool, "%s lacks %s", who, copy->lag_text);
	case HEALTH_DIVERGED:
		return pool_printf(pool,
				   "%s lacks %s, this node lacks changes of it as well, and the "
				   "link is up: neither gets what the other one has",
				   who, copy->lag_text);
	case HEALTH_EMPTY:
		return pool_printf(pool, "%s holds no entry, while others do", who);
	default:
		return pool_printf(pool,
				   "%s holds another database: its suffix entry is not the one of "
				   "this node (entryUUID)",
				   who);
	}
}

static void copy_tell(Pool *pool, const DatabaseHealth *health, const CopyHealth *copy,
		      const char *uri, ConditionList *ret)
{
	const char *code = is_open(health, copy) ? "perhaps-older" : troubles[copy->state].code;
	const char *what;

	if (!code)
		return;
	what = trouble_text(pool, health, copy,
			    uri ? pool_printf(pool, "peer %u (%s)", copy->peer_id, uri)
				: "this node");
	condition_add(
		pool, ret,
		(Condition){
			.key = pool_printf(pool, KEY_PREFIX "%s %s %u", code, health->suffix,
					   copy->peer_id),
			.begins = EVENT_FINDING,
			.ends = EVENT_FINDING_GONE,
			.text = pool_printf(pool, "%s: %s [%s]", health->suffix, what, code),
			.kind = CONDITION_FINDING,
			.code = code,
			.is_critical = troubles[copy->state].is_critical && !is_open(health, copy),
			.what = what,
			.suffix = health->suffix,
			.peer = uri,
		});
}

void health_conditions(Pool *pool, const DatabaseHealth *health, const char *const *uris,
		       ConditionList *ret)
{
	copy_tell(pool, health, &health->here, NULL, ret);
	for (size_t i = 0; i < health->n_peers; i++)
		copy_tell(pool, health, &health->peers[i], uris[i], ret);
}

void health_entries_condition(Pool *pool, const char *code, const char *suffix, const char *what,
			      ConditionList *ret)
{
	condition_add(pool, ret,
		      (Condition){
			      .key = pool_printf(pool, KEY_PREFIX "%s %s", code, suffix),
			      .begins = EVENT_FINDING,
			      .ends = EVENT_FINDING_GONE,
			      .text = pool_printf(pool, "%s [%s]", what, code),
			      .kind = CONDITION_FINDING,
			      .code = code,
			      .is_critical = true,
			      .what = what,
			      .suffix = suffix,
		      });
}

static const char replaced[] = "replaced";
static const char restored[] = "restored";

static const char *lasting_key(Pool *pool, const char *code, const char *suffix)
{
	return pool_printf(pool, KEY_PREFIX "%s %s", code, suffix);
}

static void lasting_carry(Pool *pool, const ConditionList *told, const char *code,
			  const char *suffix, ConditionList *ret)
{
	const Condition *found = condition_find(told, lasting_key(pool, code, suffix));

	if (found)
		condition_add(pool, ret, *found);
}

static void lasting_add(Pool *pool, const char *code, const char *suffix, const char *what,
			ConditionList *ret)
{
	condition_add(pool, ret,
		      (Condition){
			      .key = lasting_key(pool, code, suffix),
			      .begins = EVENT_FINDING,
			      .ends = EVENT_FINDING_GONE,
			      .text = pool_printf(pool, "%s: %s [%s]", suffix, what, code),
			      .kind = CONDITION_FINDING,
			      .code = code,
			      .is_critical = true,
			      .what = what,
			      .suffix = suffix,
		      });
}

void health_replaced_carry(Pool *pool, const ConditionList *told, const char *suffix,
			   ConditionList *ret)
{
	lasting_carry(pool, told, replaced, suffix, ret);
}

void health_restored_carry(Pool *pool, const ConditionList *told, const char *suffix,
			   ConditionList *ret)
{
	lasting_carry(pool, told, restored, suffix, ret);
}

void health_restored_condition(Pool *pool, const char *suffix, ConditionList *ret)
{
	lasting_add(pool, restored, suffix,
		    pool_printf(pool,
				"slapd started on an older copy, perhaps without contextCSN or "
				"emptied, which took newer changes before it had the rest: peers "
				"may have deleted what it lacked, even if contextCSN is equal now. "
				"Look in a backup for what is missing; then %s",
				remedy_text(REMEDY_RESUME)),
		    ret);
}

void health_replaced_condition(Pool *pool, const DatabaseHealth *health, ConditionList *ret)
{
	char time[TIMESTAMP_SIZE] = "";
	const char *what;

	(void)timestamp_print(health->replaced_sec, time);
	what = pool_printf(
		pool,
		"this node holds another database than before: its suffix entry was another one "
		"(entryUUID) at %s. slapd merges the two, and deletes everywhere what one lacks, "
		"even if contextCSN is equal. Look in a backup for what is missing; then %s",
		time, remedy_text(REMEDY_RESUME));
	lasting_add(pool, replaced, health->suffix, what, ret);
}

bool health_is_condition(const Condition *condition)
{
	return strncmp(condition->key, KEY_PREFIX, strlen(KEY_PREFIX)) == 0;
}

bool health_lasts(const Condition *condition)
{
	return condition->code &&
	       (strcmp(condition->code, replaced) == 0 || strcmp(condition->code, restored) == 0);
}
