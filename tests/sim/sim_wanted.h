/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_WANTED_H
#define SYNCWARD_SIM_WANTED_H

#include "tests/sim/sim_host.h"

/* What somebody did to the peers.json of one machine. */
typedef enum SimMistake {
	SIM_NO_MISTAKE,
	SIM_TYPO,    /* in the name of each peer */
	SIM_PARTIAL, /* a filter that some entries do not match */
} SimMistake;

/* This machine's peers.json from now on. */
void sim_wanted_read(SimHost *host, SimMistake mistake);

#endif
