/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/wait.h"

#include <time.h>

int64_t monotonic_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_msec(unsigned msec)
{
	const struct timespec pause = {
		.tv_sec = msec / 1000,
		.tv_nsec = (long)(msec % 1000) * 1000000,
	};

	(void)nanosleep(&pause, NULL);
}
