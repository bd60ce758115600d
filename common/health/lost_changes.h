/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOST_CHANGES_H
#define SYNCWARD_LOST_CHANGES_H

#include "common/health/database_health.h"

/*
 * Judges the newest change of this node's own server ID that is missing in its database, though it
 * had it at the look before or a peer has it: missing, since when, whether that is sure, and the
 * state of the copy here. Peers were read before here, and slapd shows a change in its own
 * contextCSN before it sends it: so what is missing was lost, as with a database that was emptied
 * or restored from an older backup. It stays missing once there are newer changes here. Only a kill
 * right behind a delete looks the same, until a peer sends contextCSN back: what is gone some
 * seconds later was nothing. What it notes lives as long as before and health.
 */
void own_changes_judge(const DatabaseHealth *before, unsigned our_id, bool is_joining,
		       DatabaseHealth *health);

#endif
