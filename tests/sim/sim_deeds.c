/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_deeds.h"

#include <string.h>

void sim_deeds_break(SimCluster *cluster, const SimDeeds *deeds)
{
	for (size_t reader = 0; reader < cluster->n_nodes; reader++)
		for (size_t at = 0; at < cluster->n_nodes; at++)
			if (deeds->broken[reader] >> at & 1)
				sim_link_drop(cluster, reader, at);
}

void sim_deeds_tell(SimCluster *cluster, const SimDeeds *deeds)
{
	for (size_t one = 0; one < cluster->n_nodes; one++)
		for (size_t other = 0; other < cluster->n_nodes; other++) {
			cluster->nodes[one].links[other].is_refused =
				deeds->refused[one] >> other & 1;
			if (deeds->told[one] >> other & 1 && sim_takes_writes(&cluster->nodes[one]))
				sim_beat(cluster, one, other, 0);
		}
}

void sim_deeds_take(Sim *sim, SimDeeds *deeds)
{
	memcpy(deeds->broken, sim->made_anew, sizeof(deeds->broken));
	memcpy(deeds->told, sim->told, sizeof(deeds->told));
	memset(sim->made_anew, 0, sizeof(sim->made_anew));
	memset(sim->told, 0, sizeof(sim->told));
	memset(deeds->refused, 0, sizeof(deeds->refused));
	for (size_t one = 0; one < sim->cluster.n_nodes; one++)
		for (size_t other = 0; other < sim->cluster.n_nodes; other++)
			if (sim->cluster.nodes[one].links[other].is_refused)
				deeds->refused[one] |= 1U << other;
}
