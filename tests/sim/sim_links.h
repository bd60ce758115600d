/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_LINKS_H
#define SYNCWARD_SIM_LINKS_H

#include "tests/sim/sim_host.h"

/* Bits of nodes that this one reads. */
typedef struct SimLinksUp {
	unsigned all;
	unsigned logging; /* from whose log, connected or not */
} SimLinksUp;

SimLinksUp sim_links_up(const SimHost *host);

/* A breach where a link that worked before the pass is gone, or gets nothing any more. */
void sim_links_compare(SimHost *host, const SimLinksUp *before, bool was_open, unsigned released);

#endif
