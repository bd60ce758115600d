/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVE_SESSIONS_H
#define SYNCWARD_LEAVE_SESSIONS_H

#include "agent/ldap/directory.h"
#include "common/leaving/leaving_readers.h"

/* How many sessions readers have, when there are no more than expected or that time is over; -1:
 * slapd does not show them (cn=monitor). */
int leave_sessions_await(Directory *directory, Pool *pool, const LeaveReaders *readers,
			 unsigned timeout_sec);

/* Has the overlays stay unless cn=monitor shows for 2 s that nobody reads here, by whatever name;
 * it looks for 6 s at most, and in doubt they stay. */
void leave_spare_overlays(Directory *directory, Leaving *leaving);

#endif
