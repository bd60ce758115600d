/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/guard_link_parts.h"

#include <string.h>

#include "common/remedies/remedies.h"

bool guard_link_runs(const RunningIndex *index, const LiveConsumer *consumer)
{
	const RunningConsumer *running = running_find(index, consumer->rid, consumer->provider);

	return running && (running->is_connected || running_works(running, &consumer->syncrepl));
}

bool guard_link_works(const LiveRunning *runs, const LiveDatabase *database,
		      const LiveConsumer *consumer)
{
	RunningIndex index;

	if (!runs->is_known)
		return true;
	running_index(runs, database->suffixes->values[0].bytes, &index);
	return guard_link_runs(&index, consumer);
}

bool guard_links_all_work(const LiveRunning *runs, const DatabasePlan *database)
{
	const WantedDatabase *wanted = database->wanted;
	RunningIndex index;

	if (!runs->is_known || !database->live)
		return false;
	running_index(runs, database->live->suffixes->values[0].bytes, &index);
	for (size_t i = 0; i < wanted->n_consumers; i++) {
		bool works = false;

		for (size_t k = 0; k < database->live->n_consumers && !works; k++) {
			const LiveConsumer *consumer = &database->live->consumers[k];

			works = consumer->provider &&
				strcmp(consumer->provider, wanted->consumers[i].provider) == 0 &&
				guard_link_runs(&index, consumer);
		}
		if (!works)
			return false;
	}
	return true;
}

const char *guard_link_fault(const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe_code_verdict(probe->faults[i].code) == PROBE_IS_REFUSED)
			return probe->faults[i].text;
	return probe->n_faults > 0 ? probe->faults[0].text : "the peer did not say why";
}

void guard_link_let_see(const Diff *diff, const WantedDatabase *wanted, const char *all_the_same,
			Hold *hold)
{
	const bool is_asked = wanted->desired->manages_access;

	hold->release = is_asked ? remedy_text(REMEDY_APPLY) : remedy_text(REMEDY_ACCESS);
	hold->text = pool_printf(diff->pool, "%s, `%s`; to have it see everything, %s", hold->text,
				 all_the_same,
				 is_asked ? "run at that peer, and here when it is done there"
					  : "write in this database of peers.json on every node, "
					    "and let that peer apply it first");
}

void guard_link_need(Diff *diff, LinkNeed need)
{
	Plan *plan = diff->plan;

	for (size_t i = 0; i < plan->unknown.n_links; i++)
		if (plan->unknown.links[i].consumer == need.consumer)
			return;
	POOL_PUSH(diff->pool, plan->unknown.links, plan->unknown.n_links, need);
}
