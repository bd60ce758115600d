/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CALM_H
#define SYNCWARD_CALM_H

#include <stdint.h>

#include "common/live.h"

/* What cn=monitor says about whether a write to cn=config would stall slapd now. */
typedef struct Calm {
	unsigned wait_sec;     /* 0: write now; otherwise look again after that long at most */
	unsigned patience_sec; /* the longest wait before one write: longest timeout of any consumer
				  + 1 */
} Calm;

/*
 * A write to cn=config pauses slapd, and with it every client, until running consumers let go: one
 * that reached Persist less than its timeout ago, or that is connecting, holds it up to that long
 * (measured; a consumer in Refresh does not). now is seconds since 1970. Without cn=monitor: no
 * wait.
 */
Calm calm_judge(const Live *live, int64_t now_sec);

/* The longest that a write may be held up by any declared consumer: timeout + network-timeout. */
unsigned long calm_longest_stall_sec(const Live *live);

/* Seconds since 1970 of a generalized time "YYYYmmddHHMMSSZ"; -1 for another text or a year before
 * 1970. */
int64_t generalized_time_sec(const char *text);

#endif
