/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ROLE_H
#define SYNCWARD_ROLE_H

#include "common/draft/diff.h"

/* Whether slapd here has this database in the role that peers.json gives this node. */

/* False, and a hold says why, where a provider is to be a consumer, or a consumer a provider or a
 * hub: an empty database changes its role by itself, one with entries when a person says so. */
bool role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* True when this node was a consumer of the database, is to be a provider of it, and takes no
 * writes yet: it joins, with what it has. */
bool role_rises(const Diff *diff, const char *suffix, const LiveDatabase *live);

/* True when this node was a consumer of the database, is to be a hub, and nobody can read it yet:
 * it joins as well, for what it lacks its readers lose. */
bool role_opens(const Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

#endif
