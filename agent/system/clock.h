/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CLOCK_H
#define SYNCWARD_CLOCK_H

#include <stdint.h>

/* The interface between the daemon and time: a test simulates days here. */
typedef struct Clock {
	uint64_t (*monotonic_usec)(void *userdata); /* never goes back: for waiting */
	int64_t (*realtime_sec)(void *userdata);    /* since 1970: for people */
	void *userdata;
} Clock;

/* The machine's own clocks. */
extern const Clock clock_system;

#endif
