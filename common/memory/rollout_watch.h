/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ROLLOUT_WATCH_H
#define SYNCWARD_ROLLOUT_WATCH_H

#include "common/health/fleet.h"
#include "common/memory/rollout.h"

/*
 * For how long a node was seen to do well with a revision. It counts from one heartbeat that came
 * while this daemon watched to the next one, and no more than both clocks say: the one here, which
 * never goes back, and the one by which that node wrote. So neither a clock that is wrong nor an
 * entry that comes late makes the time shorter, and an entry that was there before proves nothing.
 */
typedef struct CanaryWatch {
	unsigned id;
	char csn[64];        /* of the newest heartbeat that was seen; "": none was */
	uint64_t heard_usec; /* when it came, or when it was first looked for */
	int64_t time_sec;    /* that it says */
	bool was_absent;     /* there was none when it was looked for */
	bool was_well;       /* by it, and it came while this daemon watched */
} CanaryWatch;

/* One look at its heartbeat. */
typedef struct CanaryLook {
	const RolloutFile *file;
	const Fleet *fleet;    /* has the node, or nothing is known of it */
	uint64_t now_usec;     /* never goes back */
	int64_t now_sec;       /* of the day */
	const char *not_known; /* why no entry can be read; NULL: they can */
} CanaryLook;

/* Takes the look into both; texts go into the pool. */
void canary_watch(Pool *pool, const CanaryLook *look, CanaryWatch *watch, KnownCanary *canary);

/* True when all nodes that it waits for have done well for long enough, and still do. */
bool rollout_has_soaked(const RolloutFile *file, const KnownRollout *known);

/* True when each node that is heard shows that file, and at least one is. A heartbeat that does not
 * count hides what its node has. */
bool rollout_is_everywhere(const Fleet *fleet, const char *sha256, int64_t now_sec);

#endif
