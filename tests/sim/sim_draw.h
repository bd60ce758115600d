/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_DRAW_H
#define SYNCWARD_SIM_DRAW_H

#include "tests/sim/sim_history.h"

/* A number below that one; the state is moved on. */
uint32_t sim_draw(uint64_t *state, uint32_t below);

/* That choice, with whatever it is made of. */
SimChoice sim_choice_draw(uint64_t *state, SimVerb verb, size_t n_nodes);

#endif
