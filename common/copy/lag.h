/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LAG_H
#define SYNCWARD_LAG_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"

/* The newest contextCSN of each server ID that any of several servers has. */
typedef struct Newest {
	const char **csns;
	size_t n_csns;
} Newest;

/* One server ID of which a server lacks changes. */
typedef struct SidLag {
	unsigned sid;
	const char *have; /* NULL: nothing of it */
	const char *newest;
	int64_t lag_msec; /* from have to newest, which does not tell when the changes between them
			     were made; -1: it has nothing of it */
} SidLag;

/* Of which server IDs a server lacks changes; none: it is in step. */
typedef struct Lag {
	SidLag *behind;
	size_t n_behind;
} Lag;

/* When a CSN was made, in milliseconds since 1970; -1 when it is none. */
int64_t csn_msec(const char *csn);

/* Takes in what one more server has; values that are no CSN are left out. Borrows the strings. */
void newest_add(Pool *pool, Newest *newest, const char *const *csns, size_t n_csns);

/* What a server lacks of the newest. */
Lag lag_measure(Pool *pool, const Newest *newest, const char *const *csns, size_t n_csns);

/* For people: "changes of server ID 1 (hex 001) after 2026-07-01 09:55:00Z, all of server ID 11
 * (hex 00b)". */
const char *lag_describe(Pool *pool, const Lag *lag);

#endif
