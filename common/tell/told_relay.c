/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/told_relay.h"

#include "common/remedies/remedies.h"

static const char code[] = "relay-was-cut";

static const char *key_of(Pool *pool, const char *suffix)
{
	return pool_printf(pool, "%s %s", code, suffix);
}

void relay_condition(Pool *pool, const char *suffix, ConditionList *ret)
{
	const char *what = pool_printf(
		pool,
		"others get each other's changes through this node alone, and its links broke: "
		"slapd may lose changes when they are back, even if contextCSN is equal then. "
		"`%s` shows what differs, and ends this when nothing does; or look yourself, then %s",
		remedy_text(REMEDY_COMPARE_RECORD), remedy_text(REMEDY_RESUME));

	condition_add(pool, ret,
		      (Condition){
			      .key = key_of(pool, suffix),
			      .begins = EVENT_FINDING,
			      .ends = EVENT_FINDING_GONE,
			      .text = pool_printf(pool, "%s: %s [%s]", suffix, what, code),
			      .kind = CONDITION_FINDING,
			      .code = code,
			      .what = what,
			      .suffix = suffix,
		      });
}

const Condition *relay_condition_told(Pool *pool, const ConditionList *told, const char *suffix)
{
	return condition_find(told, key_of(pool, suffix));
}
