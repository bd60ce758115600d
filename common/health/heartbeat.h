/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_H
#define SYNCWARD_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/base/tree.h"

/*
 * What a node says of itself in an entry of the database that is replicated: how it is written into
 * the entry, and how it is read. Everybody who may write below the container may write anything, so
 * what is read counts only when the account of heartbeats wrote it, under the server ID of that
 * node, or of a provider where that is a consumer. It is shown to people; nothing is decided by it.
 */
typedef struct Heartbeat {
	unsigned id;
	const char *version; /* of syncward */
	bool has_revision;   /* of peers.json */
	unsigned long revision;
	const char *sha256; /* of peers.json; NULL: not told */
	const char *mode;   /* "enforce", "audit" */
	const char *state;  /* in a word: "in-step", "held", ... */
	const char *held;   /* codes with a blank between them; "": nothing is */
	/* The same word, leaving aside what the roll-out itself causes, of a node that puts
	 * revisions in force first; NULL: this is none. */
	const char *rollout;
	int64_t time_sec; /* when that was so, by the node's clock */
	const char *csn;  /* of the entry that was read; not of one that is written */
} Heartbeat;

#define HEARTBEAT_CLASS        "applicationProcess"
#define HEARTBEAT_WELL         "in-step" /* the one word that is good */
#define HEARTBEAT_VALUES_MAX   10
#define HEARTBEAT_CLOCK_SEC    60 /* a time so far ahead of ours has not come */
#define HEARTBEAT_ENTRY_FILTER "(cn=syncward-heartbeat-*)"

/* The attributes by which an entry is judged. */
extern const char *const heartbeat_attributes[];

/* The DN of the node's entry. */
const char *heartbeat_dn(Pool *pool, const char *container, unsigned id);

/* The values of "description"; returns how many. */
size_t heartbeat_values(Pool *pool, const Heartbeat *beat,
			const char *ret[static HEARTBEAT_VALUES_MAX]);

/* A copy in the pool. */
Heartbeat heartbeat_copy(Pool *pool, const Heartbeat *beat);

/* True when both say the same, whenever they say it. */
bool heartbeat_says_same(const Heartbeat *one, const Heartbeat *other);

/* What a node said, and when, on one clock that never goes back. Zero: nothing yet. */
typedef struct HeartbeatSaid {
	Heartbeat beat; /* id 0: nothing */
	uint64_t at_usec;
	unsigned long connection; /* to slapd, by its number; 0: none */
	uint64_t failed_usec;     /* when it could not be said last; 0: it could */
	unsigned interval_sec;
} HeartbeatSaid;

/* True when it is time to say that: at each interval, and soon after something changed, but never
 * more often than every 10 s, and not within 30 s after a failure. */
bool heartbeat_is_due(const HeartbeatSaid *said, const Heartbeat *beat, uint64_t now_usec);

/* The id of the node whose heartbeat an entry with that DN would be; 0: it is no heartbeat. */
unsigned heartbeat_id_of(const char *dn);

/* Who may have written it. */
typedef struct HeartbeatWriter {
	const char *account; /* DN */
	/* Under which that node's changes are made: its own, or those of the providers at which a
	 * consumer writes. */
	const unsigned *server_ids;
	size_t n_server_ids;
	int64_t now_sec;
} HeartbeatWriter;

/* What the entry of node id says. NULL: it counts; else why it does not, and ret is not written.
 * Everything in the pool. */
const char *heartbeat_read(Pool *pool, const Entry *entry, const HeartbeatWriter *writer,
			   Heartbeat *ret);

#endif
