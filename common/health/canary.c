/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/canary.h"

#include "common/base/macros.h"
#include "common/base/text.h"

static const char *const state_names[] = {
	[CANARY_NOT_KNOWN] = "not-known", [CANARY_OTHER] = "other", [CANARY_ILL] = "ill",
	[CANARY_SILENT] = "silent",       [CANARY_WELL] = "well",
};
_Static_assert(ARRAY_SIZE(state_names) == CANARY_STATE_COUNT, "name every state");

const char *canary_state_name(CanaryState state)
{
	return state_names[state];
}

CanaryState canary_state_find(const char *name)
{
	for (int state = 0; state < CANARY_STATE_COUNT; state++)
		if (text_equal(name, state_names[state]))
			return (CanaryState)state;
	return CANARY_NOT_KNOWN;
}

static bool canary_equal(const KnownCanary *one, const KnownCanary *other)
{
	return one->id == other->id && one->state == other->state &&
	       one->soaked_sec == other->soaked_sec && text_equal(one->says, other->says);
}

bool known_rollout_equal(const KnownRollout *one, const KnownRollout *other)
{
	if (!text_equal(one->passed, other->passed) ||
	    !text_equal(one->everywhere, other->everywhere) ||
	    !text_equal(one->sha256, other->sha256) || one->since_sec != other->since_sec ||
	    one->n_canaries != other->n_canaries)
		return false;
	for (size_t i = 0; i < one->n_canaries; i++)
		if (!canary_equal(&one->canaries[i], &other->canaries[i]))
			return false;
	return true;
}
