/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/interrupt.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static sigset_t held;
static int came;

void interrupt_hold(void)
{
	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGHUP);
	(void)sigaddset(&held, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
}

bool interrupt_is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

int interrupt_pause(unsigned msec)
{
	const int64_t end_msec = monotonic_msec() + msec;
	int64_t left_msec = msec;

	do {
		const int piece_msec = progress_piece(left_msec);
		const struct timespec pause = {
			.tv_sec = piece_msec / 1000,
			.tv_nsec = (long)(piece_msec % 1000) * 1000000,
		};
		const int number = came ? 0 : sigtimedwait(&held, NULL, &pause);

		if (number > 0)
			came = number;
		left_msec = end_msec - monotonic_msec();
	} while (!came && left_msec > 0);
	return came;
}
