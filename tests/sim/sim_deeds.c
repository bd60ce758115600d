/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_deeds.h"

#include <string.h>

#include "tests/sim/sim_internal.h"

void sim_deeds_break(SimCluster *cluster, const SimDeeds *deeds)
{
	for (size_t reader = 0; reader < cluster->n_nodes; reader++)
		for (size_t at = 0; at < cluster->n_nodes; at++) {
			cluster->is_kept_out[reader][at] = deeds->kept_out[reader] >> at & 1;
			if (deeds->broken[reader] >> at & 1)
				sim_link_drop(cluster, reader, at);
		}
}

static bool keeps_out(const SimCluster *cluster, size_t reader, size_t at)
{
	const SimLink *link = &cluster->nodes[reader].links[at];
	const SimNode *node = &cluster->nodes[at];

	return link->is_declared && link->reads_log && link->phase == SIM_DOWN &&
	       (node->changes.is_closed ||
		(node->changes.is_there &&
		 sim_changes_is_behind(node, sim_context(&cluster->nodes[reader]))));
}

/* It began before the log was shut, and gets nothing more: a network that stalls does that, and
 * ends it. */
static bool stalls(const SimCluster *cluster, size_t reader, size_t at)
{
	const SimNode *node = &cluster->nodes[at];

	return cluster->nodes[reader].links[at].is_logging && node->changes.is_shut;
}

void sim_deeds_take(Sim *sim, SimDeeds *deeds)
{
	memcpy(deeds->broken, sim->made_anew, sizeof(deeds->broken));
	memset(sim->made_anew, 0, sizeof(sim->made_anew));
	memset(deeds->kept_out, 0, sizeof(deeds->kept_out));
	for (size_t reader = 0; reader < sim->cluster.n_nodes; reader++)
		for (size_t at = 0; at < sim->cluster.n_nodes; at++)
			if (keeps_out(&sim->cluster, reader, at)) {
				deeds->kept_out[reader] |= 1U << at;
			} else if (stalls(&sim->cluster, reader, at)) {
				deeds->kept_out[reader] |= 1U << at;
				deeds->broken[reader] |= 1U << at;
			}
}
