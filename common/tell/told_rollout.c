/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/told_rollout.h"

#include "common/base/text.h"
#include "common/plan/plan.h"
#include "common/tell/told_fleet.h"

static bool shows_older(const FleetNode *node, unsigned long revision)
{
	return node->has_beat && node->beat.has_revision && node->beat.revision < revision;
}

/* Of the peer of a link. */
static bool is_behind(const Fleets *fleets, const char *uri, unsigned long revision)
{
	for (size_t i = 0; i < fleets->n_items; i++)
		for (size_t k = 0; k < fleets->items[i].n_nodes; k++) {
			const FleetNode *node = &fleets->items[i].nodes[k];

			if (text_equal(node->uri, uri) && shows_older(node, revision))
				return true;
		}
	return false;
}

static bool is_of_rollout(const Condition *condition, const Fleets *fleets, unsigned long revision)
{
	if (condition->kind == CONDITION_HOLD)
		return text_equal(condition->code, guard_code(GUARD_ROLLOUT));
	return condition->kind == CONDITION_LINK && condition->peer &&
	       is_behind(fleets, condition->peer, revision);
}

const char *rollout_word(const ConditionList *lasting, const Fleets *fleets, unsigned long revision)
{
	AUTO(Pool) *scratch = pool_new();
	ConditionList others = {0};
	Heartbeat beat;

	for (size_t i = 0; i < lasting->n_items; i++)
		if (!is_of_rollout(&lasting->items[i], fleets, revision))
			POOL_PUSH(scratch, others.items, others.n_items, lasting->items[i]);
	heartbeat_say_state(scratch, &others, &beat);
	return beat.state;
}

void rollout_conditions(Pool *pool, const KnownRollout *known, unsigned long revision,
			ConditionList *ret)
{
	for (size_t i = 0; i < known->n_canaries; i++) {
		const KnownCanary *canary = &known->canaries[i];
		const char *what;

		if (canary->state != CANARY_ILL && canary->state != CANARY_SILENT)
			continue;
		what = pool_printf(
			pool,
			"node %u, where revision %lu of peers.json is tried, does not do "
			"well, and other nodes wait for it: %s",
			canary->id, revision, canary->says);
		condition_add(pool, ret,
			      (Condition){
				      .key = pool_printf(pool, "rollout canary %u", canary->id),
				      .begins = EVENT_FINDING,
				      .ends = EVENT_FINDING_GONE,
				      .text = pool_printf(pool, "%s [canary]", what),
				      .kind = CONDITION_FINDING,
				      .code = "canary",
				      .what = what,
			      });
	}
}
