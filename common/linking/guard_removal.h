/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_REMOVAL_H
#define SYNCWARD_GUARD_REMOVAL_H

#include "common/draft/diff.h"

/* G4: holds removals that are more than "max_removals", or that end all replication of a database
 * because peers.json names nobody; and where not everybody reads everybody, each by which others
 * may get changes. */
void guard_removals(Diff *diff);

/* True when a database that is there is filled for the first time: it reads one provider at a
 * time, so that a removal and an addition are one change of whom. */
bool removals_fill(const Diff *diff, const DatabasePlan *database);

/* G4: holds the removal of the last providers of a database where whoever shall take their place is
 * held, also when a person released removals: that release was not meant to leave the node alone,
 * and with the multi-provider flag slapd would not start again. Returns true when it held
 * something. */
bool guard_left_alone(Diff *diff);

/* How many other servers the database will read. */
size_t guard_links_left(const Diff *diff, const DatabasePlan *database);

#endif
