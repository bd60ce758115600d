/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_PARTS_H
#define SYNCWARD_FENCE_PARTS_H

#include "agent/fence/fence_site.h"

/* What makes a database a provider, as slapd.d has it. */
typedef struct FenceParts {
	const char *dn;       /* of the database */
	const char *flag;     /* the attribute that is TRUE; NULL: none */
	const Entry *overlay; /* syncprov; NULL: there is none, or more than one */
} FenceParts;

int fence_parts_find(Pool *pool, const FenceSite *site, const Entry *database, FenceParts *ret,
		     Error *err);

/* Takes both out of cn=config, first the flag: without the overlay alone what clients write would
 * get no contextCSN. What was done of it before a failure shows in slapd.d. */
int fence_parts_take(const FenceSite *site, const FenceParts *parts, Error *err);

/* What the overlay says of its own, without what slapd keeps of every entry; in pool. */
const Entry *fence_overlay_settings(Pool *pool, const Entry *overlay);

#endif
