/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/wait.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "agent/system/clock.h"

int64_t monotonic_msec(void)
{
	return (int64_t)(clock_system.monotonic_usec(NULL) / 1000);
}

void pause_msec(unsigned msec)
{
	struct timespec left = {
		.tv_sec = msec / 1000,
		.tv_nsec = (long)(msec % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}
