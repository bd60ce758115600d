/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/leave_sessions.h"

#include "agent/ldap/sessions_here.h"
#include "agent/system/clock.h"
#include "agent/system/wait.h"

#define POLL_MSEC  200
#define QUIET_MSEC 2000

int leave_sessions_count(Directory *directory, Pool *pool, const LeaveReaders *readers,
			 int64_t before_sec)
{
	const SessionsAsked asked = {readers->dns, readers->n_dns, before_sec};
	const char **addresses;

	return sessions_here_find(directory, pool, &asked, &addresses);
}

bool leave_is_read(Directory *directory, Pool *pool, const LeaveReaders *readers)
{
	const int64_t end_msec = monotonic_msec() + QUIET_MSEC;

	for (;;) {
		if (readers->n_dns == 0 ||
		    leave_sessions_count(directory, pool, readers, INT64_MAX) != 0)
			return true;
		if (monotonic_msec() >= end_msec)
			return false;
		pause_msec(POLL_MSEC);
	}
}
