/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TIMESTAMP_H
#define SYNCWARD_TIMESTAMP_H

#include <stdint.h>

#include "common/base/pool.h"

/* Seconds since 1970 as text and back; -1 is no time. */

#define TIMESTAMP_SIZE sizeof("2026-07-01T10:00:00Z")

/* "2026-07-01T10:00:00Z" in ret, which it returns; NULL for -1 and years beyond 9999. */
const char *timestamp_print(int64_t sec, char ret[TIMESTAMP_SIZE]);

/* What timestamp_print() wrote; -1 for anything else and for NULL. */
int64_t timestamp_parse(const char *text);

/* Generalized time as slapd writes it, "20260701100000Z", with or without a fraction; -1 for
 * anything else, for NULL, and for the year 0 by which slapd says "never". */
int64_t timestamp_of_generalized(const char *text);

/* How long, for people: "40 s", "12 min", "3 h 20 min", "5 d 2 h". */
const char *duration_print(Pool *pool, int64_t sec);

/* "90", "30s", "10m", "2h", "7d" or several together ("1h30m"), in seconds; -1 for anything else,
 * and for more than a hundred years. */
int64_t duration_parse(const char *text);

/* A point in the past: a duration before now, "2026-07-01", "2026-07-01 10:00",
 * "2026-07-01 10:00:00" or with a T and a Z, always UTC; -1 for anything else. */
int64_t timestamp_parse_since(const char *text, int64_t now_sec);

#endif
