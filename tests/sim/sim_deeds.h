/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_DEEDS_H
#define SYNCWARD_SIM_DEEDS_H

#include "tests/sim/sim_host.h"

/* What came of passes that networks do as well. */
typedef struct SimDeeds {
	unsigned broken[SIM_NODES];   /* by reader: bits of nodes to which its connection broke, */
	unsigned kept_out[SIM_NODES]; /* and to which it gets none while their log refuses it */
} SimDeeds;

/* Since it was last asked. */
void sim_deeds_take(Sim *sim, SimDeeds *deeds);

/* Without syncward's passes networks are just as bad. */
void sim_deeds_break(SimCluster *cluster, const SimDeeds *deeds);

#endif
