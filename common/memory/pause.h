/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PAUSE_H
#define SYNCWARD_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/pool.h"

#define PAUSE_MAX_SEC    (7 * 86400)
#define PAUSE_REASON_MAX 200

/* A person told the daemon to look and report, but not to write. Times are seconds since 1970. */
typedef struct Pause {
	const char *reason; /* NULL: there never was a pause */
	const char *by;     /* "" when nobody knows */
	int64_t since_sec;
	int64_t until_sec; /* resuming sets it to the present */
} Pause;

/* A pause from now on; ERROR_USAGE for a reason that cannot be told, or a duration that is none,
 * or too long. Strings are not copied. */
int pause_make(const char *reason, const char *duration, int64_t now_sec, Pause *ret, Error *err);

/* It ends by itself; one that was made in the future (the clock was set back) ends no later than
 * the longest one would. */
bool pause_holds(const Pause *pause, int64_t now_sec);

/* True for what `syncward resume` leaves: somebody ended it, it was not over. */
bool pause_was_ended(const Pause *pause);

/* "corrections are paused until 2026-07-01T10:00:00Z by login uid 1000: REASON" */
const char *pause_text(Pool *pool, const Pause *pause);

#endif
