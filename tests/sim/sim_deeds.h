/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_DEEDS_H
#define SYNCWARD_SIM_DEEDS_H

#include "tests/sim/sim_host.h"

/* What came of passes that networks and clients do as well. */
typedef struct SimDeeds {
	unsigned broken[SIM_NODES];  /* by reader: bits of nodes to which its connection broke */
	unsigned told[SIM_NODES];    /* by place: bits of nodes whose heartbeat was written there */
	unsigned refused[SIM_NODES]; /* by reader: bits of nodes where its password is wrong */
} SimDeeds;

/* Since it was last asked; what is refused is as it stands now. */
void sim_deeds_take(Sim *sim, SimDeeds *deeds);

/* Without syncward's passes networks are as bad. */
void sim_deeds_break(SimCluster *cluster, const SimDeeds *deeds);

/* As much is written, and what peers.json had wrong stands in cn=config. */
void sim_deeds_tell(SimCluster *cluster, const SimDeeds *deeds);

#endif
