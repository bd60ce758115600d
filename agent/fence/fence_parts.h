/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_PARTS_H
#define SYNCWARD_FENCE_PARTS_H

#include "agent/fence/fence_site.h"

/* What makes a database a provider, as slapd.d has it. */
typedef struct FenceParts {
	const char *dn;       /* of the database */
	const char *flag;     /* the attribute that is TRUE; NULL: none */
	const Entry *overlay; /* syncprov; NULL: there is none, or more than one */
	const char *behind;   /* name of an overlay that slapd would number anew; NULL: none */
} FenceParts;

int fence_parts_find(Pool *pool, const FenceSite *site, const Entry *database, FenceParts *ret,
		     Error *err);

/* NULL: both can be taken. Else why not: slapmodify leaves the files of the overlays behind
 * syncprov under their numbers, slapd counts them anew, and then finds the file of neither when it
 * is to change one (32; 2.5.13, 2.6.10). In pool. */
const char *fence_parts_refuse(Pool *pool, const FenceParts *parts);

/* Takes both out of cn=config, first the flag: without the overlay alone what clients write would
 * get no contextCSN. What was done of it before a failure shows in slapd.d. */
int fence_parts_take(const FenceSite *site, const FenceParts *parts, Error *err);

/* What the overlay says of its own, without what slapd keeps of every entry; in pool. */
const Entry *fence_overlay_settings(Pool *pool, const Entry *overlay);

#endif
