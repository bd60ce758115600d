/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/interrupt.h"
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
	if (!came)
		came = pause_until_signal(&held, msec);
	return came;
}
