/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_LOSSES_H
#define SYNCWARD_ACCESS_LOSSES_H

#include <stdbool.h>

#include "common/access/access_lists.h"

/*
 * What a list of olcAccess values takes away that was not taken away before (slapd.access(5); the
 * first value of a server ends that everybody may read). Said is only what is certain: a right that
 * may be lost counts as lost.
 */

/* True when whoever is named in none of the new values keeps what he has: all values of before are
 * there in their order, and the new ones leave everybody else to those behind them. */
bool access_spares_others(Pool *pool, const AccessLists *before, const AccessLists *after);

/* True when this identity surely keeps what it may have by the lists before. */
bool access_spares(Pool *pool, const AccessLists *before, const AccessLists *after, const char *dn);

#endif
