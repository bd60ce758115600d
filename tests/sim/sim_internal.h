/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_INTERNAL_H
#define SYNCWARD_SIM_INTERNAL_H

#include "tests/sim/sim_model.h"

/* What provider and consumer share. */

#define SIM_CLIENT SIM_NODES /* from whom a change came, when no provider sent it */

/* The overlay puts the message into the queue of each consumer that listens, but of the node that
 * it came from. */
void sim_send(SimCluster *cluster, size_t node, size_t from, SimMessage message);

/* contextCSN grows; is_written: a consumer does so on disk as well. True when the overlay's did. */
bool sim_context_take(SimNode *node, SimCsn csn, bool is_written);

/* The session log is told of a change. */
void sim_log_add(SimNode *node, const SimMessage *message);

bool sim_context_is_empty(const SimContext *context);

void sim_copy_add(SimCopy *copy, SimEntry entry);
void sim_copy_remove(SimCopy *copy, uint16_t uuid);

#endif
