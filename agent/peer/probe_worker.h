/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_WORKER_H
#define SYNCWARD_PROBE_WORKER_H

#include <sys/types.h>

#include "agent/peer/probe_visit.h"

/*
 * A process of its own for one probe: libldap, the resolver and TLS libraries block, and may leak
 * or hang; a process ends. It says over its socket, one byte each: a step's letter when that
 * begins, ASKS before it sends a password, GOOD or REFUSED after. Then comes the result
 * (probe_print()), and the end. It hears GO or STOP once after ASKS, and GO after ROOM.
 */
#define WORKER_STEP    'a' /* + ProbeStep */
#define WORKER_ASKS    '?'
#define WORKER_ROOM    '#' /* its peer says more than it has room for */
#define WORKER_GOOD    '+'
#define WORKER_REFUSED '-'
#define WORKER_ALONE   '~'
#define WORKER_RESULT  '{' /* the result's first byte */
#define WORKER_GO      'y'
#define WORKER_STOP    'n'

/*
 * Memory of all workers together is bounded by how many have how much room for what their peers
 * say. Each starts in room 0, and asks before it needs the next one; a worker that must wait for it
 * waits, because a taken place says nothing about the peer.
 */
#define WORKER_ROOMS 3

/* How many workers may have that room at once; 0: any number. */
unsigned worker_room_places(unsigned room);

typedef struct ProbeJob {
	const Syncrepl *syncrepl;
	const char *suffix;
	const char *uri; /* its provider, whatever the value says */
	unsigned peer_id;
	bool is_hub;
	ProbeDepth depth;
	const char *account_csn; /* LinkHooks */
	const char *here_uri;    /* peer_hidden_find(); NULL: nothing is compared with this node */
	const Syncrepl *former;  /* peer_compare(); NULL: nothing to compare with */
} ProbeJob;

/*
 * Starts it: returns its process id and our non-blocking end of the socket, or -1 with errno. It
 * dies with the thread that calls this, has no other descriptor of ours, and a step that hangs
 * kills it (SIGALRM).
 */
pid_t probe_worker_start(const ProbeJob *job, int *ret_fd);

#endif
