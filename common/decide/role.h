/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ROLE_H
#define SYNCWARD_ROLE_H

#include "common/decide/diff.h"

/* Whether slapd here has this database in the role that peers.json gives this node. */

/* False, and a hold says why, where a provider is to be a consumer, or a consumer a provider: only
 * a database that is empty changes its role. */
bool role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

#endif
