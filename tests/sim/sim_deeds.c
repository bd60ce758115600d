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

void sim_deeds_take(Sim *sim, SimDeeds *deeds)
{
	memcpy(deeds->broken, sim->made_anew, sizeof(deeds->broken));
	memset(sim->made_anew, 0, sizeof(sim->made_anew));
}
