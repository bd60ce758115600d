/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_INTERNAL_H
#define SYNCWARD_SIM_INTERNAL_H

#include "tests/sim/sim_model.h"

/* What provider and consumer share. */

#define SIM_CLIENT SIM_NODES /* the node that a change came from, when no provider sent it */

/* The overlay puts the message into the queue of each consumer that listens, except that of the
 * node that it came from. */
void sim_send(SimCluster *cluster, size_t node, size_t from, SimMessage message);

/* contextCSN grows; is_written: a consumer does so on disk as well. True when the overlay's did. */
bool sim_context_take(SimNode *node, SimCsn csn, bool is_written);

/* The session log gets the change. */
void sim_log_add(SimNode *node, const SimMessage *message);

bool sim_context_is_empty(const SimContext *context);

/* A change that the node carried out comes into its log of changes, and to the nodes that read
 * it. */
void sim_changes_add(SimCluster *cluster, size_t node, size_t from, SimChange change);

/* slapd ends: what it had not written down of the log's contextCSN it forgets when it is killed. */
void sim_changes_close(SimNode *node, bool is_killed);

/* "consumer state is newer than provider!": its slapd was killed before it wrote the log's
 * contextCSN down, and until its next change the log refuses who has read further. */
bool sim_changes_is_behind(const SimNode *provider, const SimContext *theirs);

/* The consumer searches the log. False when it is to read the database instead. */
bool sim_changes_connect(SimCluster *cluster, size_t reader, size_t provider);

/* The consumer carries out what the log said. */
void sim_change_take(SimCluster *cluster, size_t reader, size_t provider,
		     const SimMessage *message);

/* syncprov sends no change to the node that made it. */
bool sim_is_own(const SimLink *link, SimCsn csn);

const SimEntry *sim_find_uuid(const SimCopy *copy, uint16_t uuid);

/* "CSN too old, ignoring" */
bool sim_is_covered(const SimNode *node, SimCsn csn);

void sim_copy_add(SimCopy *copy, SimEntry entry);
void sim_copy_remove(SimCopy *copy, uint16_t uuid);

#endif
