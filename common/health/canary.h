/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CANARY_H
#define SYNCWARD_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of a node that puts a revision in force first, as its heartbeats show it here. */
typedef enum CanaryState {
	CANARY_NOT_KNOWN, /* first: nothing of it was seen yet */
	CANARY_OTHER,     /* the revision is not in force there yet */
	CANARY_ILL,       /* it is, and something is held or ill there */
	CANARY_SILENT,
	CANARY_WELL,
	CANARY_STATE_COUNT
} CanaryState;

typedef struct KnownCanary {
	unsigned id;
	CanaryState state;
	int64_t soaked_sec; /* how long it was seen to do well, without a break */
	const char *says;   /* why it does not do well, for people; "": it does */
} KnownCanary;

/* What is known of the roll-out of revisions, a part of the memory that the daemon writes. */
typedef struct KnownRollout {
	const char *passed;     /* digest of the peers.json that may be put in force here */
	const char *everywhere; /* digest that all nodes showed that were heard */
	const char *sha256;     /* digest of the one that waits; NULL: none does */
	int64_t since_sec;      /* since when, by the clock of the day */
	KnownCanary *canaries;  /* those that it waits for */
	size_t n_canaries;
} KnownRollout;

bool known_rollout_equal(const KnownRollout *one, const KnownRollout *other);

/* "not-known", "other", "ill", "silent", "well". */
const char *canary_state_name(CanaryState state);

/* Another name: nothing is known. */
CanaryState canary_state_find(const char *name);

#endif
