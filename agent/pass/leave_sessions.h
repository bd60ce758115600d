/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVE_SESSIONS_H
#define SYNCWARD_LEAVE_SESSIONS_H

#include "agent/ldap/directory.h"
#include "common/leaving/leaving_readers.h"

/* How many sessions readers have, when there are no more than expected or that time is over; -1:
 * slapd does not show them (cn=monitor). */
int leave_sessions_await(Directory *directory, Pool *pool, const LeaveReaders *readers,
			 unsigned timeout_sec);

/* Has the overlays stay unless no reader was connected for 2 s, as cn=monitor shows. One by a name
 * that peers.json does not have is never seen. */
void leave_spare_overlays(Directory *directory, Pool *pool, const LeaveReaders *readers,
			  Leaving *leaving);

#endif
