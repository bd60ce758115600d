/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_AUTHORS_H
#define SYNCWARD_AUTHORS_H

#include "common/plan/cause.h"
#include "common/plan/plan.h"

/* One entry of cn=config as it was when nothing was wrong with it. */
typedef struct SeenEntry {
	const char *dn;
	const char *csn; /* entryCSN */
	bool is_own;     /* syncward wrote it so */
} SeenEntry;

/* What the entries looked like when they were last in step: who changed one since is found by its
 * entryCSN. */
typedef struct Seen {
	SeenEntry *items;
	size_t n_items;
} Seen;

/* An entry of cn=config that a run of syncward asked slapd to write. What slapd refused is none. */
typedef struct WrittenEntry {
	const char *dn;
	bool is_unknown;  /* no answer: nobody knows whether it was written */
	bool was_in_step; /* nobody else had changed it: what is left to do there is not theirs */
} WrittenEntry;

typedef struct WrittenEntries {
	WrittenEntry *items;
	size_t n_items;
} WrittenEntries;

/* What an entry looks like now: those that the plan would still change keep what was seen before,
 * unless all that happened to them is our own write. What was written since then is our own; an
 * entry that was written or not, and is another one now, is left out. Everything is copied into the
 * pool. */
Seen seen_update(Pool *pool, const Seen *before, const Tree *config, const Plan *left,
		 const WrittenEntries *written);

/* The same, of the entries alone that were written; the others stay as they were seen before. */
Seen seen_written(Pool *pool, const Seen *before, const Tree *config,
		  const WrittenEntries *written);

/* The same less the entries of these names: nobody can tell any more who changed them. Everything
 * is copied into the pool. */
Seen seen_without(Pool *pool, const Seen *seen, const char *const *dns, size_t n_dns);

bool seen_equal(const Seen *one, const Seen *other);

/* Why a change is needed. */
typedef struct Attribution {
	Cause cause;
	const char *actor;      /* who wrote the entry last, ACTOR_OWN or a DN; NULL: not known */
	const char *actor_time; /* generalized time */
} Attribution;

/* No DN: the entry is as syncward wrote it. */
#define ACTOR_OWN "syncward"

/* Only the last writer of the entry is known, not of the attribute. An entry that was never seen
 * in step was not changed by anybody: what is wanted is new. */
Attribution change_attribution(const Change *change, const Tree *config, const Seen *seen);
#endif
