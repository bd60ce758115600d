/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/wait.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "agent/system/clock.h"
#include "agent/system/progress.h"

int64_t monotonic_msec(void)
{
	return (int64_t)(clock_system.monotonic_usec(NULL) / 1000);
}

void pause_msec(unsigned msec)
{
	const int64_t end_msec = monotonic_msec() + msec;

	for (int64_t left_msec = msec; left_msec > 0; left_msec = end_msec - monotonic_msec()) {
		const int piece_msec = progress_piece(left_msec);
		struct timespec left = {
			.tv_sec = piece_msec / 1000,
			.tv_nsec = (long)(piece_msec % 1000) * 1000000,
		};

		while (nanosleep(&left, &left) < 0 && errno == EINTR)
			;
	}
}
