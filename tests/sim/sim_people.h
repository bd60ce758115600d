/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_PEOPLE_H
#define SYNCWARD_SIM_PEOPLE_H

#include "tests/sim/sim_play.h"

/* What people do: to machines, to files, to cn=config by hand, and what the program asks them to
 * do. */

/* A new machine of that name, with nothing on it. */
void sim_machine_make(Sim *sim, size_t at);

/* Entries from before there was a server ID. */
void sim_database_make(SimCluster *cluster, size_t at, unsigned n_names);

/* No provider by its peers.json has entries, and others have. A provider asks consumers nothing:
 * whoever fills the only one anew means that they follow. */
bool sim_begins_anew(const SimHost *host);

void sim_person_acts(SimPlay *play, const SimChoice *choice);

#endif
