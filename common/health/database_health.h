/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DATABASE_HEALTH_H
#define SYNCWARD_DATABASE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/entries/old_entries.h"

/*
 * What the servers that hold a database have of it, over looks: contextCSN of this node and of all
 * its peers. A trouble counts when it lasts (HEALTH_TOLERANCE_SEC): a change that is on its way is
 * none, and to a server that reads at intervals (type=refreshOnly) it is for as long as they are.
 */
typedef enum HealthState {
	HEALTH_UNKNOWN, /* never read */
	HEALTH_IN_STEP,
	HEALTH_BEHIND,   /* it lacks what it lacked at an earlier look */
	HEALTH_DIVERGED, /* a peer: it lacks changes from here, and its changes are missing here,
			    over a link that is up */
	HEALTH_EMPTY,    /* no suffix entry, while others have one */
	HEALTH_OTHER,    /* its suffix entry is not the one that is here */
	HEALTH_OLDER,    /* here: changes of this node's own server ID are missing (G10) */
	HEALTH_STATE_COUNT
} HealthState;

#define HEALTH_TOLERANCE_SEC 10

/* What is not told before it lasts. */
typedef struct HealthDoubt {
	HealthState state; /* what the copy's turns into then; HEALTH_IN_STEP: there is none */
	int64_t since_sec;
	int64_t patience_sec; /* how much longer than others it may be behind, for it reads at
				 intervals */
	const char **due;     /* in doubt whether it is behind: what it must have by now */
	size_t n_due;
} HealthDoubt;

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
	HealthDoubt pending;
	int64_t in_step_sec; /* when it was last seen to lack nothing; -1: never */
	int64_t lag_msec; /* how old the oldest change is that it is known to lack; 0: it lacks none
			     that any server has, -1: not known */
	const char *lag_text; /* lag_describe(); "": none */
} CopyHealth;

/* One server ID in contextCSN. */
typedef struct SidHealth {
	unsigned sid;
	const char *newest; /* of all servers */
	const char *here;   /* NULL: this node has nothing of it */
	bool is_retired;    /* of no peer in peers.json; 0 never belonged to a server */
	bool is_listed;     /* in "retired" there: it is expected */
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
	int64_t missing_sec;       /* since when a look says so; 0: none does */
	bool has_missing_for_sure; /* a peer shows it, or this node wrote over it: it was not only
				      contextCSN that a crash left older than the database */
	/* When a look found another suffix entry here than the one before did (entryUUID); 0: none
	 * did. What the former database had and the other not is deleted by then, so it lasts. */
	int64_t replaced_sec;
	OldEntries old; /* as of the last look that could be made */
} DatabaseHealth;

#endif
