/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_READING_H
#define SYNCWARD_COPY_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/* Whether one identity was shown every entry of a copy. */
typedef enum CopySight {
	COPY_SIGHT_UNKNOWN, /* first: what was never judged proves nothing */
	COPY_SIGHT_LESS,    /* the server holds more than it showed */
	COPY_SIGHT_WHOLE,
} CopySight;

/*
 * What one reading of a whole copy brought, for judging what it is worth. A slapd that hides an
 * entry answers as if there were none, and its paged searches give no estimate. But back-mdb counts
 * its entries in cn=monitor (olmMDBEntries, from mdb_stat()), whatever olcAccess of the database
 * hides; an account that may read that count and is shown as many entries is shown all.
 */
typedef struct CopyReading {
	bool is_read;           /* to its end */
	const char *problem;    /* why not; NULL otherwise */
	bool is_limited;        /* olcLimits or olcSizeLimit ended it */
	const char *identity;   /* as whom */
	size_t n_entries;       /* shown with entryUUID and entryCSN */
	size_t n_unmarked;      /* shown without one of them: not comparable */
	size_t n_subentries;    /* slapd neither shows nor replicates them among the others */
	size_t n_counted;       /* by the server, after it; 0: not told */
	size_t n_counted_least; /* the smaller of the counts before and after it; 0: not told */
	bool count_moved;       /* it was different before */
	bool was_less;          /* an earlier look showed less than was counted, and this one not */
	bool may_all;           /* olcAccess surely lets the identity read everything */
} CopyReading;

CopySight copy_reading_sight(const CopyReading *reading);

/* Whole, or entries came or went while it was read, and no fewer were shown than were there before
 * or after it. Enough where it does not matter what came meanwhile. */
bool copy_reading_showed_lasting(const CopyReading *reading);

/* Why it is not whole, for people: "it shows 7 of its 9 entries to 'cn=x'"; "" when it is. */
const char *copy_reading_describe(Pool *pool, const CopyReading *reading);

#endif
