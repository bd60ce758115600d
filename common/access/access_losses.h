/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_LOSSES_H
#define SYNCWARD_ACCESS_LOSSES_H

#include <stdbool.h>

#include "common/access/access_lists.h"

/*
 * What a list of olcAccess values takes away that was not taken away before (slapd.access(5); the
 * first value of a server ends that everybody may read). Only what is certain is reported: a right
 * that may be lost counts as lost.
 */

/* True when an identity that none of the new values names keeps what it has: all former values are
 * there in their order, and the new ones leave everybody else to those that follow. */
bool access_spares_others(Pool *pool, const AccessLists *before, const AccessLists *after);

/* True when this identity surely keeps the rights that the former lists gave it. */
bool access_spares(Pool *pool, const AccessLists *before, const AccessLists *after, const char *dn);

#endif
