/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVE_SESSIONS_H
#define SYNCWARD_LEAVE_SESSIONS_H

#include "agent/ldap/directory.h"
#include "common/leaving/leaving_readers.h"

/* How many sessions of readers began before then; -1: slapd does not tell (cn=monitor). */
int leave_sessions_count(Directory *directory, Pool *pool, const LeaveReaders *readers,
			 int64_t before_sec);

/* False when none of them was connected for 2 s, as cn=monitor shows: one that is just connecting
 * is seen then. A reader by a name that peers.json does not have is never seen. */
bool leave_is_read(Directory *directory, Pool *pool, const LeaveReaders *readers);

#endif
