/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVING_READERS_H
#define SYNCWARD_LEAVING_READERS_H

#include "common/leaving/leaving.h"

/*
 * peers.json says which nodes are to read this one, not which do: a node that has an older file may
 * get all changes from here alone. It can be seen that it reads here, but not what else it reads.
 */
typedef struct LeaveReaders {
	bool may_part; /* not everybody reads everybody, by the file or by what this node reads */
	const char **dns; /* by which nodes of peers.json would read here */
	size_t n_dns;
	size_t n_expected; /* sessions that its readers have by peers.json */
} LeaveReaders;

/* self: NULL when peers.json does not list this node. */
LeaveReaders leave_readers(Pool *pool, const Desired *desired, const Peer *self,
			   const Leaving *leaving);

/* Adds a hold when more nodes read here than peers.json lists; n_sessions: -1 when slapd does not
 * tell. */
void leave_hold_readers(Pool *pool, const LeaveReaders *readers, int n_sessions, Plan *plan);

#endif
