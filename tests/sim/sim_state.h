/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_STATE_H
#define SYNCWARD_SIM_STATE_H

/* State folders in memory, in the place of agent/state/state_document.c (--wrap): what is written
 * is durable, as it is there. */

/* All of them are empty; before the first history, and at the beginning of each. */
void sim_state_begin(void);

/* A machine that is new has an empty one. */
void sim_state_forget(const char *state_dir);

/* Each file that is written is one of so many actions; with none left syncward is dead. NULL: there
 * is no end. */
void sim_state_budget(int *actions_left);

#endif
