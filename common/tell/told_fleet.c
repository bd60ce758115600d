/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/told_fleet.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"

#define KEY_PREFIX "heartbeat "
#define CODES_MAX  100 /* letters: nobody counts more codes than that */

static const char *key_of(Pool *pool, const char *what, const Fleet *fleet, unsigned id)
{
	return pool_printf(pool, KEY_PREFIX "%s %u %s", what, id, fleet->suffix);
}

static void silent_add(Pool *pool, const Fleet *fleet, const FleetNode *node, ConditionList *ret)
{
	char time[TIMESTAMP_SIZE] = "";
	const char *what;

	(void)timestamp_print(node->beat.time_sec, time);
	what = pool_printf(pool,
			   "node %u, %s, is silent: its last heartbeat that came here is of %s",
			   node->id, node->uri, time);
	condition_add(pool, ret,
		      (Condition){
			      .key = key_of(pool, "silent", fleet, node->id),
			      .begins = EVENT_NODE_SILENT,
			      .ends = EVENT_NODE_HEARD,
			      .text = what,
			      .kind = CONDITION_NODE,
			      .suffix = fleet->suffix,
			      .peer = node->uri,
		      });
}

static void ignored_add(Pool *pool, const Fleet *fleet, const FleetNode *node, ConditionList *ret)
{
	const char *what = pool_printf(
		pool, "the heartbeat of node %u, %s, does not count, and may be forged: %s",
		node->id, node->uri, node->ignored);

	condition_add(pool, ret,
		      (Condition){
			      .key = key_of(pool, "ignored", fleet, node->id),
			      .begins = EVENT_FINDING,
			      .ends = EVENT_FINDING_GONE,
			      .text = pool_printf(pool, "%s [heartbeat-ignored]", what),
			      .kind = CONDITION_FINDING,
			      .code = "heartbeat-ignored",
			      .what = what,
			      .suffix = fleet->suffix,
			      .peer = node->uri,
		      });
}

void fleet_conditions(Pool *pool, const Fleet *fleet, int64_t now_sec, ConditionList *ret)
{
	for (size_t i = 0; i < fleet->n_nodes; i++) {
		const FleetNode *node = &fleet->nodes[i];

		if (node->ignored)
			ignored_add(pool, fleet, node, ret);
		else if (!node->is_self && fleet_node_state(fleet, node, now_sec) == FLEET_SILENT)
			silent_add(pool, fleet, node, ret);
	}
}

void fleet_trouble_condition(Pool *pool, const char *suffix, const char *what, const char *release,
			     ConditionList *ret)
{
	condition_add(
		pool, ret,
		(Condition){
			.key = pool_printf(pool, KEY_PREFIX "own %s", suffix),
			.begins = EVENT_FINDING,
			.ends = EVENT_FINDING_GONE,
			.text = release ? pool_printf(pool, "%s: %s [heartbeat]", what, release)
					: pool_printf(pool, "%s [heartbeat]", what),
			.kind = CONDITION_FINDING,
			.code = "heartbeat",
			.what = what,
			.suffix = suffix,
			.release = release,
		});
}

static void carry(Pool *pool, const ConditionList *told, const char *key, ConditionList *ret)
{
	const Condition *condition = condition_find(told, key);

	if (condition)
		condition_add(pool, ret, *condition);
}

void fleet_carry(Pool *pool, const ConditionList *told, const Fleet *fleet, ConditionList *ret)
{
	for (size_t i = 0; i < fleet->n_nodes; i++) {
		carry(pool, told, key_of(pool, "ignored", fleet, fleet->nodes[i].id), ret);
		carry(pool, told, key_of(pool, "silent", fleet, fleet->nodes[i].id), ret);
	}
}

/* --- this node --- */

/* The first one that is so decides. */
static const char *word_of(const ConditionList *lasting)
{
	bool is_held = false, is_changing = false, is_ill = false, is_in_trouble = false;

	for (size_t i = 0; i < lasting->n_items; i++) {
		const Condition *condition = &lasting->items[i];

		if (strcmp(condition->key, "paused") == 0)
			return "paused";
		is_held |= condition->kind == CONDITION_HOLD;
		is_changing |= condition->kind == CONDITION_CHANGE;
		is_ill |= condition->kind == CONDITION_LINK ||
			  (condition->kind == CONDITION_FINDING && condition->is_critical);
		is_in_trouble |= condition->kind == CONDITION_TROUBLE;
	}
	return is_in_trouble ? "trouble"
	       : is_held     ? "held"
	       : is_changing ? "changing"
	       : is_ill      ? "ill"
			     : "in-step";
}

static bool has_code(const Buf *codes, const char *code)
{
	const size_t len = strlen(code);

	for (const char *at = buf_text(codes); (at = strstr(at, code)); at += len)
		if ((at == codes->bytes || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

void heartbeat_say_state(Pool *pool, const ConditionList *lasting, Heartbeat *ret)
{
	Buf codes = BUF_IN(pool);

	for (size_t i = 0; i < lasting->n_items; i++) {
		const Condition *condition = &lasting->items[i];

		if (condition->kind != CONDITION_HOLD || !condition->code ||
		    has_code(&codes, condition->code) ||
		    codes.len + strlen(condition->code) >= CODES_MAX)
			continue;
		buf_printf(&codes, "%s%s", codes.len > 0 ? " " : "", condition->code);
	}
	ret->state = word_of(lasting);
	ret->held = buf_text(&codes);
}
