/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/wait.h"

#include <stddef.h>
#include <time.h>

#include "agent/system/clock.h"
#include "agent/system/progress.h"

int64_t monotonic_msec(void)
{
	return (int64_t)(clock_system.monotonic_usec(NULL) / 1000);
}

int pause_until_signal(const sigset_t *signals, unsigned msec)
{
	const int64_t end_msec = monotonic_msec() + msec;
	int64_t left_msec = msec;
	int number;

	do {
		const int piece_msec = progress_piece(left_msec);
		const struct timespec piece = {
			.tv_sec = piece_msec / 1000,
			.tv_nsec = (long)(piece_msec % 1000) * 1000000,
		};

		number = sigtimedwait(signals, NULL, &piece);
		left_msec = end_msec - monotonic_msec();
	} while (number <= 0 && left_msec > 0);
	return number > 0 ? number : 0;
}

void pause_msec(unsigned msec)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)pause_until_signal(&none, msec);
}
