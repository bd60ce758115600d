/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OLD_ENTRIES_H
#define SYNCWARD_OLD_ENTRIES_H

#include "common/entries/entry_set.h"

/*
 * slapd's consumer deletes an entry in a refresh when the provider does not list its entryUUID, and
 * contextCSN has the server ID of its entryCSN, at least as new (syncrepl.c, nonpresent_callback():
 * 2.4.57, 2.5.13, 2.6.10). An entry whose server ID contextCSN lacks is called old here, and so are
 * those of server ID 0 where the newest of them is newer than that; those of peers' server IDs may
 * be on their way.
 */

/* The entries of one server ID. */
typedef struct SidTally {
	unsigned sid;
	size_t n_entries;
	EntryMark newest; /* by entryCSN */
} SidTally;

typedef struct SidTallies {
	SidTally *items; /* by server ID */
	size_t n_items;
} SidTallies;

/* How many entries carry each server ID. */
SidTallies sid_tallies(Pool *pool, const EntrySet *set);

/* What there is of the server ID; NULL: nothing. */
const SidTally *sid_tally_find(const SidTallies *tallies, unsigned sid);

/* The server IDs of the old entries in any of the tallies, in order. context_csns must have been
 * read behind the entries. */
typedef struct SidList {
	unsigned *items;
	size_t n_items;
} SidList;

SidList old_sids(Pool *pool, const SidTallies *tallies, size_t n_tallies,
		 const char *const *context_csns, size_t n_context_csns);

#define CSN_TEXT_SIZE 48 /* "20260701095500.000000Z#000000#001#000000" and a NUL */

/* What a look at some entries of a database says about all of them. */
typedef struct OldEntries {
	bool is_known;              /* it could be looked at */
	bool are_there;             /* false: none was among those that were looked at */
	unsigned sid;               /* the lowest of theirs */
	char latest[CSN_TEXT_SIZE]; /* of contextCSN the one with the latest time; "": none was seen
				     */
	size_t n_unstamped;         /* of those entries: without entryUUID or entryCSN */
} OldEntries;

bool sid_list_has(const SidList *list, unsigned sid);

/* An old entry that some of the servers show, and others do not. */
typedef struct OneSided {
	EntryMark mark; /* as it is at the first that has it */
	bool *is_at;    /* for each of the sets */
	size_t first_at;
} OneSided;

typedef struct OneSidedList {
	OneSided *items; /* by entryUUID */
	size_t n_items;
} OneSidedList;

/* The old entries that not all of the sets have; sets are sorted. */
OneSidedList old_entries_one_sided(Pool *pool, const EntrySet *sets, size_t n_sets,
				   const SidList *old);

/* Those of the list that are one-sided in the same way in the other one: what was on its way
 * between two looks is left out. Borrows from the first. */
OneSidedList one_sided_lasting(Pool *pool, const OneSidedList *list, const OneSidedList *later,
			       size_t n_sets);

#endif
