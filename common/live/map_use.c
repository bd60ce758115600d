/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/map_use.h"

#include <stdlib.h>

#include "common/remedies/remedies.h"

#define SHORT_PERCENT 80
#define FULL_PERCENT  90
#define LEFT_PAGES    64 /* a change of a large entry with its indices takes some dozens */

/* What slapd takes without showing it where its entry has no olcDbMaxSize (2.4.57, 2.5.13, 2.6.10).
 * A 0 there changes nothing of a map that is open. */
#define USUAL_MAX_SIZE 10485760UL

unsigned map_full_percent(void)
{
	return FULL_PERCENT;
}

unsigned map_use_percent(const MapUse *use)
{
	if (use->max == 0 || use->free > use->used)
		return 0;
	return (unsigned)((use->used - use->free) * 100 / use->max);
}

MapState map_use_judge(const MapUse *use)
{
	const unsigned percent = map_use_percent(use);

	if (percent >= FULL_PERCENT || use->max - use->used + use->free < LEFT_PAGES)
		return MAP_IS_FULL;
	return percent >= SHORT_PERCENT ? MAP_IS_SHORT : MAP_HAS_ROOM;
}

MapState map_use_judge_log(const MapUse *use)
{
	return use->max - use->used < LEFT_PAGES ? MAP_IS_FULL : map_use_judge(use);
}

const char *map_remedy(Pool *pool, const Entry *database, bool has_slapmodify)
{
	const char *max_size = entry_first(database, "olcDbMaxSize");
	const unsigned long told = max_size ? strtoul(max_size, NULL, 10) : 0;

	return pool_printf(
		pool, "with slapd stopped, %s%s", has_slapmodify ? "as its user: " : "",
		remedy_fill(pool, has_slapmodify ? REMEDY_DB_MAX_SIZE : REMEDY_DB_MAX_SIZE_2_4,
			    database->dn,
			    remedy_number(pool, 2 * (told > 0 ? told : USUAL_MAX_SIZE))));
}
