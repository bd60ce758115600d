/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_HEALTH_H
#define SYNCWARD_COPY_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/copy/copy.h"
#include "common/copy/lag.h"
#include "common/tell/condition.h"

/*
 * What the servers that hold a database have of it, over looks: contextCSN of this node and of all
 * its peers. A trouble counts when it lasts (HEALTH_TOLERANCE_SEC): a change that is on its way is
 * none, and to a server that reads at intervals (type=refreshOnly) it is for as long as they are.
 */
typedef enum HealthState {
	HEALTH_UNKNOWN, /* never read */
	HEALTH_IN_STEP,
	HEALTH_BEHIND,   /* it lacks what it lacked at an earlier look */
	HEALTH_DIVERGED, /* a peer: it lacks changes from here, and here are none of its, over a
			    link that is up */
	HEALTH_EMPTY,    /* no suffix entry, while others have one */
	HEALTH_OTHER,    /* its suffix entry is not the one that is here */
	HEALTH_OLDER,    /* here: changes of this node's own server ID are missing (G10) */
	HEALTH_STATE_COUNT
} HealthState;

#define HEALTH_TOLERANCE_SEC 10

/* One server's copy of the database. */
typedef struct CopyHealth {
	unsigned peer_id;
	HealthState state;
	bool is_current;  /* it was read at the last look; otherwise all here is as it was then */
	int64_t read_sec; /* when it was last read; -1: never */
	bool has_suffix;
	const char *entry_uuid;
	const char **csns; /* contextCSN */
	size_t n_csns;
	HealthState doubt;    /* what it turns into when that lasts; HEALTH_IN_STEP: nothing */
	int64_t doubt_sec;    /* since when */
	int64_t patience_sec; /* how much longer than others it may be behind, for it reads at
				 intervals */
	const char **due;     /* in doubt whether it is behind: what it must have by now */
	size_t n_due;
	int64_t in_step_sec;  /* when it was last seen to lack nothing; -1: never */
	int64_t lag_msec;     /* behind the newest of any server; -1: not known */
	const char *lag_text; /* lag_describe(); "": none */
} CopyHealth;

/* One server ID in contextCSN. */
typedef struct SidHealth {
	unsigned sid;
	const char *newest; /* of all servers */
	const char *here;   /* NULL: this node has nothing of it */
	bool is_retired;    /* of no peer in peers.json */
} SidHealth;

typedef struct DatabaseHealth {
	const char *suffix;
	int64_t looked_sec;
	CopyHealth here;
	CopyHealth *peers;
	size_t n_peers;
	SidHealth *sids;
	size_t n_sids;
	/* The newest change of this node's server ID that it once had, or that a peer has, and that
	 * is not here; NULL: none. When this node has newer ones by then it wrote without knowing
	 * it: what its peers deleted over that no look can tell, so it lasts. */
	const char *missing;
} DatabaseHealth;

/* One look at all servers of a database. The peers were read before here was. */
typedef struct HealthLook {
	const char *suffix;
	unsigned our_id;
	bool is_joining; /* or held by G10: what is missing here is known, and nobody writes */
	const Content *here;
	const Content *peers;         /* those that were not read count with what they had before */
	const bool *links_up;         /* by which this node reads each of them */
	const int64_t *interval_secs; /* at which each of them reads this node; 0: all the time */
	int64_t here_interval_sec;    /* the longest at which this node reads any of them */
	size_t n_peers;
	const unsigned *ids; /* of all peers in peers.json */
	size_t n_ids;
	int64_t now_sec;
} HealthLook;

/* Joins the look with what was known before (NULL: nothing). Everything is copied into the pool. */
DatabaseHealth health_look(Pool *pool, const DatabaseHealth *before, const HealthLook *look);

/* A person looked into it: nothing is missing, unless the next look says so again. */
void health_resolve_missing(DatabaseHealth *health);

/* True while something is in doubt that should not wait long: another look after
 * HEALTH_TOLERANCE_SEC decides. A lag below that is on its way as far as anybody knows, and so is
 * all that a server lacks before its interval is over. */
bool health_is_in_doubt(const DatabaseHealth *health);

/* "in step", "behind", ... */
const char *health_state_name(HealthState state);
HealthState health_state_named(const char *name); /* HEALTH_UNKNOWN when there is none such */

/* What lasts and has to be told: one finding for each copy with a trouble. uris are those of the
 * peers, in their order. */
void health_conditions(Pool *pool, const DatabaseHealth *health, const char *const *uris,
		       ConditionList *ret);

/* True for a condition that came from health_conditions(). */
bool health_is_condition(const Condition *condition);

#endif
