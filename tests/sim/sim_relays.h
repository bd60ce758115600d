/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_RELAYS_H
#define SYNCWARD_SIM_RELAYS_H

#include "tests/sim/sim_host.h"

/* A provider through which alone others get each other's changes, and which is cut off from all of
 * them: from the first pass that could see it nobody may begin to read it before it has whole what
 * it gets then. Slapd alone loses entries there (2.5.13, 2.6.10), so what is lost so is not
 * excused. */

/* Each of its links was up and found nobody at its last try. */
bool sim_relay_is_cut(const SimHost *host);

/* After a pass; was_cut: it was when that began. Who releases guards takes what comes of it. */
void sim_relay_note(SimHost *host, bool was_cut, unsigned released);

#endif
