/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/leave_sessions.h"

#include <time.h>

#include "agent/ldap/sessions_here.h"
#include "agent/system/clock.h"
#include "agent/system/wait.h"

#define POLL_MSEC  200
#define QUIET_MSEC 2000

static int sessions_count(Directory *directory, Pool *pool, const LeaveReaders *readers,
			  int64_t before_sec)
{
	const SessionsAsked asked = {readers->dns, readers->n_dns, before_sec};
	const char **addresses;

	return sessions_here_find(directory, pool, &asked, &addresses);
}

/* A reader that has just ended is seen for a moment still. */
int leave_sessions_await(Directory *directory, Pool *pool, const LeaveReaders *readers,
			 unsigned timeout_sec)
{
	const int64_t end_msec = monotonic_msec() + (int64_t)timeout_sec * 1000;

	for (;;) {
		const int n = sessions_count(directory, pool, readers, (int64_t)time(NULL));

		if (n < 0 || (size_t)n <= readers->n_expected || monotonic_msec() >= end_msec)
			return n;
		pause_msec(POLL_MSEC);
	}
}

/* One that is just connecting is seen soon. */
static bool is_read(Directory *directory, Pool *pool, const LeaveReaders *readers)
{
	const int64_t end_msec = monotonic_msec() + QUIET_MSEC;

	for (;;) {
		if (readers->n_dns == 0 || sessions_count(directory, pool, readers, INT64_MAX) != 0)
			return true;
		if (monotonic_msec() >= end_msec)
			return false;
		pause_msec(POLL_MSEC);
	}
}

void leave_spare_overlays(Directory *directory, Pool *pool, const LeaveReaders *readers,
			  Leaving *leaving)
{
	if (leave_takes_overlays(leaving) && is_read(directory, pool, readers))
		leave_keep_overlays(leaving);
}
