/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/clock.h"

#include <time.h>

static uint64_t system_monotonic_usec(void *userdata)
{
	struct timespec now;

	(void)userdata;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int64_t system_realtime_sec(void *userdata)
{
	struct timespec now;

	(void)userdata;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

const Clock clock_system = {
	.monotonic_usec = system_monotonic_usec,
	.realtime_sec = system_realtime_sec,
};
