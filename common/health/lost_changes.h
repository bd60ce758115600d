/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOST_CHANGES_H
#define SYNCWARD_LOST_CHANGES_H

#include "common/health/database_health.h"

/*
 * The newest change of this node's own server ID that is missing in its database, though it had it
 * at the look before or a peer has it; NULL: none. Peers were read before here, and slapd shows a
 * change in its own contextCSN before it sends it: so what is missing was lost, as with a database
 * that was emptied or restored from an older backup. It stays missing once there are newer changes
 * here. Lives as long as before and health.
 */
const char *own_changes_missing(const DatabaseHealth *before, const DatabaseHealth *health,
				unsigned our_id);

/* True when that change is surely missing: a peer that could be asked shows it, or one that is as
 * new, or there is a newer one of this node here. Else only peers that are away may have it. */
bool own_changes_are_lost(const DatabaseHealth *health, const char *missing, unsigned our_id);

#endif
