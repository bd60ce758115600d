/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MAP_USE_H
#define SYNCWARD_MAP_USE_H

#include "common/base/tree.h"

/* How full the map of a database of back-mdb is, in pages, as cn=monitor counts them. */
typedef struct MapUse {
	unsigned long long max;  /* olcDbMaxSize */
	unsigned long long used; /* up to the last one that was ever used */
	unsigned long long free; /* of these */
} MapUse;

typedef enum MapState {
	MAP_HAS_ROOM,
	MAP_IS_SHORT,
	MAP_IS_FULL, /* or nearly so: each write takes new pages for all that it changes */
} MapState;

MapState map_use_judge(const MapUse *use);

/* The same of a log of changes, where nobody hears of a write that slapd refuses. It may refuse one
 * as soon as no page is left that was never used, however many are free, because a search that goes
 * on keeps them (2.6.10, with 857 of 1024 free). */
MapState map_use_judge_log(const MapUse *use);

/* The share that is in use, and that from which on it is called full. */
unsigned map_use_percent(const MapUse *use);
unsigned map_full_percent(void);

/* What makes the map of that database, which is its entry in cn=config, twice as large, in the
 * pool. slapd takes it while it runs, too, but has died of it (2.6.10, with readers, 3 of 36). */
const char *map_remedy(Pool *pool, const Entry *database, bool has_slapmodify);

#endif
