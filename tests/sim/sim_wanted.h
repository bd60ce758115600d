/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_WANTED_H
#define SYNCWARD_SIM_WANTED_H

#include "tests/sim/sim_host.h"

/* What somebody did to the peers.json of one machine. */
typedef enum SimMistake {
	SIM_NO_MISTAKE,
	SIM_TYPO,    /* in the name of each peer */
	SIM_PARTIAL, /* a filter that some entries do not match */
	SIM_SECRET,  /* a password that no node has */
} SimMistake;

/* This machine's peers.json from now on: the newest one, and what somebody did to it. */
void sim_wanted_read(SimHost *host, SimMistake mistake);

/* A new revision: with that mistake, at each node that gets it. */
void sim_wanted_revise(Sim *sim, SimMistake mistake);

/* Those consumers, and of them those hubs, from now on in the newest peers.json; returns false, and
 * changes nothing, where `syncward validate` refuses it. */
bool sim_wanted_set_roles(Sim *sim, unsigned consumers, unsigned hubs);

/* Links read logs of changes from now on, or the database; false as above. */
bool sim_wanted_set_delta(Sim *sim, bool has_delta);

#endif
