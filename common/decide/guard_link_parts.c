/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_link_parts.h"

bool guard_link_runs(const RunningIndex *index, const LiveConsumer *consumer)
{
	const RunningConsumer *running = running_find(index, consumer->rid, consumer->provider);

	return running && (running->is_connected || running_works(running, &consumer->syncrepl));
}

bool guard_link_works(const Live *live, const LiveDatabase *database, const LiveConsumer *consumer)
{
	RunningIndex index;

	if (!live->has_running)
		return true;
	running_index(live, database->suffixes->values[0].bytes, &index);
	return guard_link_runs(&index, consumer);
}

const char *guard_link_fault(const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe_code_verdict(probe->faults[i].code) == PROBE_IS_REFUSED)
			return probe->faults[i].text;
	return probe->n_faults > 0 ? probe->faults[0].text : "the peer did not say why";
}

void guard_link_need(Diff *diff, LinkNeed need)
{
	Plan *plan = diff->plan;

	for (size_t i = 0; i < plan->n_link_needs; i++)
		if (plan->link_needs[i].consumer == need.consumer)
			return;
	POOL_PUSH(diff->pool, plan->link_needs, plan->n_link_needs, need);
}
