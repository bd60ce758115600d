/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_THERE_H
#define SYNCWARD_HEARTBEAT_THERE_H

#include <sys/types.h>

#include "common/guard/heartbeat_gate.h"
#include "common/health/heartbeat.h"
#include "common/syncrepl/syncrepl.h"

/*
 * A consumer's heartbeat is written at a provider, by a process of its own: name resolution, TLS
 * and a provider that hangs take time, and a pass must not. It looks at the provider and then at
 * others (heartbeat_gate_there()), and writes over the connection at whose other end it looked,
 * which that slapd's next start would have ended.
 */
typedef struct HeartbeatThereJob {
	const Syncrepl *provider; /* with the account of heartbeats */
	const Syncrepl *reader;   /* the same one as this node reads it: the account may see no
				     entry but its own, and what it does not see is not gone */
	const Syncrepl *others;   /* as this node reads them */
	size_t n_others;
	const char *suffix;
	unsigned sid; /* under which the provider writes */
	const Content *here;
	const char *container;
	const Heartbeat *beat;
	bool is_made_anew; /* an entry that is in its place is deleted first */
} HeartbeatThereJob;

typedef enum HeartbeatThereEnd {
	HEARTBEAT_THERE_RUNS,
	HEARTBEAT_THERE_WRITTEN,
	HEARTBEAT_THERE_NO_CONTAINER,
	HEARTBEAT_THERE_HELD,    /* by what was seen: text */
	HEARTBEAT_THERE_REFUSED, /* the account's password */
	HEARTBEAT_THERE_FAILED,  /* else: text */
} HeartbeatThereEnd;

/* For one database; zero: nothing runs. */
typedef struct HeartbeatWriting {
	pid_t pid;
	int fd;
	uint64_t began_usec;
	char text[512];
	size_t n_text;
} HeartbeatWriting;

/* False: it could not be started; text says why. */
bool heartbeat_there_start(HeartbeatWriting *writing, const HeartbeatThereJob *job,
			   uint64_t now_usec);

/* Its state so far, without waiting; one that takes too long is ended. text: why. */
HeartbeatThereEnd heartbeat_there_look(HeartbeatWriting *writing, uint64_t now_usec);

/* Ends it. */
void heartbeat_there_stop(HeartbeatWriting *writing);

#endif
