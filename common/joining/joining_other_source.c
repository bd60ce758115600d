/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_other_source.h"

#include "common/draft/guard_self.h"
#include "common/linking/guard_link_parts.h"
#include "common/live/calm.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"

/* A provider that is no peer of this node, and that may fill the copy all the same. */

void joining_note_gone(Diff *diff, const char *suffix)
{
	POOL_PUSH(diff->pool, diff->plan->copies.source_gone, diff->plan->copies.n_source_gone,
		  suffix);
}

bool joining_is_gone_for(const Diff *diff, const char *suffix, int64_t patience_sec)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);
	const int64_t since_sec = known ? known->source_gone_sec : 0;

	return since_sec > 0 && diff->in->facts->now_sec - since_sec >= patience_sec;
}

bool joining_is_connected(const Joining *joining, const LiveConsumer *consumer)
{
	const Live *live = joining->diff->in->live;
	const RunningConsumer *running;
	RunningIndex index;

	if (!live->runs.is_known)
		return false;
	running_index(&live->runs, joining->live->suffixes->values[0].bytes, &index);
	running = running_find(&index, consumer->rid, consumer->provider);
	return running && running->is_connected;
}

/* What is removed goes in the same write, or what comes is held with it (common/guard/guard.c). */
static bool is_removed(const Joining *joining, const LiveConsumer *consumer)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_told(joining->diff->plan, joining->suffix, &at));)
		if (change->kind == CHANGE_CONSUMER_REMOVE && change->consumer.live == consumer)
			return true;
	return false;
}

/* A value that was just written has no connection yet, and slapd tries again and again. */
bool joining_may_fill(Diff *diff, const LiveDatabase *live, const LiveConsumer *consumer)
{
	const char *suffix = live->suffixes->values[0].bytes;

	if (guard_link_works(&diff->in->live->runs, live, consumer))
		return true;
	joining_note_gone(diff, suffix);
	return !joining_is_gone_for(diff, suffix, calm_tried_again_sec(&consumer->syncrepl));
}

const LiveConsumer *joining_other_source(const Joining *joining,
					 const WantedConsumer *const *of_live)
{
	const LiveDatabase *live = joining->live;

	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];

		if (!of_live[i] && consumer->parses &&
		    !consumer_is_myself(joining->diff, consumer) &&
		    !is_removed(joining, consumer) &&
		    joining_may_fill(joining->diff, live, consumer))
			return consumer;
	}
	return NULL;
}
