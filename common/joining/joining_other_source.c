/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_other_source.h"

#include "common/draft/guard_self.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"

/* A provider that no peer of this node's is, and that may fill the copy all the same. */

bool joining_is_connected(const Joining *joining, const LiveConsumer *consumer)
{
	const Live *live = joining->diff->in->live;
	const RunningConsumer *running;
	RunningIndex index;

	if (!live->has_running)
		return false;
	running_index(live, joining->live->suffixes->values[0].bytes, &index);
	running = running_find(&index, consumer->rid, consumer->provider);
	return running && running->is_connected;
}

/* What has its value removed; NULL: nothing does. */
static const Change *removal_of(const Joining *joining, const LiveConsumer *consumer)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_told(joining->diff->plan, joining->suffix, &at));)
		if (change->kind == CHANGE_CONSUMER_REMOVE && change->live == consumer)
			return change;
	return NULL;
}

/* A person has to end it; or somebody keeps it, unless slapd shows that it has no connection. */
static bool stays(const Joining *joining, const LiveConsumer *consumer)
{
	const Change *removal = removal_of(joining, consumer);

	return removal ? removal->is_held
		       : consumer->parses && (!joining->diff->in->live->has_running ||
					      joining_is_connected(joining, consumer));
}

const LiveConsumer *joining_other_source(const Joining *joining,
					 const WantedConsumer *const *of_live)
{
	const LiveDatabase *live = joining->live;

	for (size_t i = 0; i < live->n_consumers; i++)
		if (!of_live[i] && !consumer_is_myself(joining->diff, &live->consumers[i]) &&
		    stays(joining, &live->consumers[i]))
			return &live->consumers[i];
	return NULL;
}
