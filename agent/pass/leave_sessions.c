/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/leave_sessions.h"

#include <time.h>

#include "agent/ldap/sessions_here.h"
#include "agent/system/clock.h"
#include "agent/system/wait.h"

#define POLL_MSEC 200

static int sessions_count(Directory *directory, Pool *pool, const LeaveReaders *readers)
{
	const SessionsAsked asked = {readers->dns, readers->n_dns, (int64_t)time(NULL)};
	const char **addresses;

	return sessions_here_find(directory, pool, &asked, &addresses);
}

/* A reader that has just ended is seen for a moment still. */
int leave_sessions_await(Directory *directory, Pool *pool, const LeaveReaders *readers,
			 unsigned timeout_sec)
{
	const int64_t end_msec = monotonic_msec() + (int64_t)timeout_sec * 1000;

	for (;;) {
		const int n = sessions_count(directory, pool, readers);

		if (n < 0 || (size_t)n <= readers->n_expected || monotonic_msec() >= end_msec)
			return n;
		pause_msec(POLL_MSEC);
	}
}

void leave_spare_overlays(Directory *directory, Leaving *leaving)
{
	if (leave_takes_overlays(leaving) && sessions_here_watch(directory) != READER_WATCH_QUIET)
		leave_keep_overlays(leaving);
}
