/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_HEALTH_H
#define SYNCWARD_COPY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/copy/copy.h"
#include "common/copy/lag.h"
#include "common/health/database_health.h"

/* One look at all servers of a database. The peers were read before here was. */
typedef struct HealthLook {
	const char *suffix;
	unsigned our_id;
	bool is_consumer; /* no change bears our_id */
	bool is_joining;  /* or held by G10: what is missing here is known, and nobody writes */
	const Content *here;
	const Content *peers;         /* those that were not read count with what they had before */
	const bool *links_up;         /* by which this node reads each of them */
	const int64_t *interval_secs; /* at which each of them reads this node; 0: all the time */
	int64_t here_interval_sec;    /* the longest at which this node reads any of them */
	size_t n_peers;
	const unsigned *ids; /* of all peers in peers.json */
	size_t n_ids;
	const unsigned *retired; /* those that it lists as retired */
	size_t n_retired;
	int64_t now_sec;
	OldEntries old;
} HealthLook;

/* Joins the look with what was known before (NULL: nothing). Everything is copied into the pool. */
DatabaseHealth health_look(Pool *pool, const DatabaseHealth *before, const HealthLook *look);

/* The same of these peers, in this order: of those that it does not tell of nothing is known.
 * Strings are borrowed. */
DatabaseHealth health_of_peers(Pool *pool, const DatabaseHealth *health, const unsigned *peer_ids,
			       size_t n_peers);

/* A person looked into it: from now on nothing is missing or was replaced, unless the next look
 * says so again.
 */
void health_resolve_missing(DatabaseHealth *health);

/* True while something is in doubt that should not wait long: another look after
 * HEALTH_TOLERANCE_SEC decides. A lag below that is on its way as far as anybody knows, and so is
 * all that a server lacks before its interval is over. */
bool health_is_in_doubt(const DatabaseHealth *health);

/* "in step", "behind", ... */
const char *health_state_name(HealthState state);
HealthState health_state_named(const char *name); /* HEALTH_UNKNOWN when there is none such */

/* In step as far as was judged, but with a lag that makes it behind if it lasts. */
bool copy_is_unjudged(const CopyHealth *copy);

/* The state, for people. */
const char *copy_state_text(const CopyHealth *copy);

#endif
