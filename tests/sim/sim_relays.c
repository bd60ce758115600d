/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_relays.h"

#include "common/live/live_running.h"
#include "common/plan/plan.h"

/* Which nodes have others on two sides stands here for providers alone, without consumers. */
static bool is_relay(const Sim *sim, size_t at)
{
	const size_t n = sim->cluster.n_nodes;

	if (sim->consumers)
		return false;
	switch (sim->shape) {
	case SIM_CHAIN:
		return at > 0 && at + 1 < n;
	case SIM_STAR:
		return at == 0 && n > 2;
	case SIM_SITES:
		return (at == 0 && n / 2 > 1) || (at == n / 2 && n - n / 2 > 1);
	default:
		return false;
	}
}

static bool is_lost(const Sim *sim, size_t reader, size_t at)
{
	const SimCluster *cluster = &sim->cluster;
	const SimLink *link = &cluster->nodes[reader].links[at];

	return link->phase == SIM_DOWN && link->made_contact &&
	       link->since + RUNNING_SPARE_SEC < cluster->now &&
	       (!cluster->nodes[at].is_up || cluster->is_cut[reader][at]);
}

bool sim_relay_is_cut(const SimHost *host)
{
	const Sim *sim = host->sim;
	const SimNode *node = &sim->cluster.nodes[host->at];

	if (!is_relay(sim, host->at) || !node->has_flag || !node->has_overlay)
		return false;
	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (node->links[i].is_declared && !is_lost(sim, host->at, i))
			return false;
	return node->has_consumers;
}

void sim_relay_note(SimHost *host, bool was_cut, unsigned released)
{
	SimNode *node = &host->sim->cluster.nodes[host->at];

	node->is_seen_cut |= was_cut && node->has_flag && node->has_overlay;
	node->is_seen_cut &= !(released & GUARD_BIT(GUARD_JOINING)) && node->has_flag;
}
