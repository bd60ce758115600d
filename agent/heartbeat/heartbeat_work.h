/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_WORK_H
#define SYNCWARD_HEARTBEAT_WORK_H

#include "agent/found/daemon_found.h"
#include "agent/heartbeat/heartbeat_link.h"
#include "agent/heartbeat/heartbeat_there.h"
#include "agent/links/daemon_health.h"
#include "common/guard/heartbeat_gate.h"
#include "common/health/fleet.h"

#define HEARTBEAT_READS 3 /* of the others in an interval */

/* What is reported about it. */
typedef struct HeartbeatTexts {
	char held[512];    /* why it writes none; "": it does */
	char trouble[512]; /* why; "": no trouble */
	char release[512]; /* "": none */
} HeartbeatTexts;

/* One database with a heartbeat. */
typedef struct HeartbeatLine {
	const char *container;
	const char *suffix;
	Pool *pool; /* of fleet */
	Fleet fleet;
	bool was_read;
	uint64_t read_usec;
	Pool *said_pool;
	HeartbeatSaid said;       /* by this daemon */
	HeartbeatWriting writing; /* of a consumer */
	Pool *sent_pool;
	Heartbeat sent;  /* by it */
	size_t n_failed; /* failed tries since it was last written */
	bool is_refused; /* the provider refuses the account: not tried again until the daemon is
			    told to */
	HeartbeatTexts texts;
	bool is_wanted; /* peers.json still has it */
} HeartbeatLine;

/* The heartbeat of this node, and what it learns about others. */
typedef struct DaemonHeartbeat {
	Pool *pool;
	HeartbeatLink link;
	HeartbeatLine *lines;
	size_t n_lines;
} DaemonHeartbeat;

/* What other parts of the pass know. */
typedef struct HeartbeatSight {
	const ConditionList *lasting; /* so far */
	const DaemonHealth *health;
	unsigned long n_rounds; /* of probes that began */
} HeartbeatSight;

/* One database in one pass. */
typedef struct HeartbeatWork {
	DaemonHeartbeat *heart;
	HeartbeatLine *line;
	const Found *found;
	const HeartbeatSight *sight;
	const WantedDatabase *wanted;
	HeartbeatGate gate;
} HeartbeatWork;

static inline const DesiredHeartbeat *heartbeat_wanted(const HeartbeatWork *work)
{
	return &work->wanted->desired->heartbeat;
}

/* The peer was asked behind the connection to slapd, and not long ago. */
static inline bool heartbeat_answer_is_new(const HeartbeatWork *work, const LinkProbe *answer)
{
	return heartbeat_answer_counts(&(HeartbeatAsked){
		.round = answer->round,
		.n_rounds = work->heart->link.n_rounds,
		.at_sec = answer->at_sec,
		.now_sec = found_realtime_sec(work->found),
		.every_sec = work->found->context.rhythm.probe_interval_sec,
	});
}

static inline uint64_t heartbeat_interval_usec(const HeartbeatWork *work)
{
	return heartbeat_wanted(work)->interval_sec * 1000000ULL;
}

#endif
