/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARISON_H
#define SYNCWARD_COMPARISON_H

#include "common/copy/copy_reading.h"
#include "common/entries/contents.h"
#include "common/entries/entry_set.h"

/*
 * The entries of a database here and at one peer. In: the sorted set of those here, and the peer's
 * one after the other, in any order. Out: which differ, and what that proves. No contents, and
 * names only where the caller adds them.
 */

typedef enum DifferenceKind {
	DIFFERENCE_MISSING_THERE,
	DIFFERENCE_MISSING_HERE,
	DIFFERENCE_OLDER_THERE,
	DIFFERENCE_OLDER_HERE,
	DIFFERENCE_OTHER_CONTENTS, /* of the same version: only where contents are compared */
	DIFFERENCE_KIND_COUNT
} DifferenceKind;

/* Of so many differences each is known and looked at again; the rest is counted. */
#define DIFFERENCES_MAX 65536

typedef struct Difference {
	DifferenceKind kind;
	EntryMark here;            /* where it is missing: with the other's entryUUID */
	EntryMark there;           /* the same */
	const char *dn;            /* NULL: not read */
	AttributeNames attributes; /* of DIFFERENCE_OTHER_CONTENTS */
} Difference;

typedef enum ComparisonVerdict {
	COMPARISON_NOT_COMPARABLE, /* first: one was not read, or hides something */
	COMPARISON_NOT_KNOWN, /* what was shown is equal, and whether that is all is not known */
	COMPARISON_DIFFERENT,
	COMPARISON_EQUAL,
	COMPARISON_VERDICT_COUNT
} ComparisonVerdict;

typedef struct Comparison {
	Pool *pool;
	unsigned peer_id;
	const char *uri;
	CopyReading there;
	Difference *differences;
	size_t n_differences;
	size_t n_more[DIFFERENCE_KIND_COUNT]; /* beyond those */
	bool asks_contents;                   /* attributes were to be compared as well */
	const char *contents_problem;         /* why they were not, or not all; NULL: they were */
} Comparison;

/* What a comparison of one database brought. */
typedef struct ComparedDatabase {
	const char *suffix;
	CopyReading here;
	Comparison *peers;
	size_t n_peers;
} ComparedDatabase;

/* Takes one entry of the peer; marks the one here as seen. */
void comparison_take(Comparison *comparison, EntrySet *here, const EntryMark *there);

/* After the peer's last entry, with there.is_read set: those here that were not seen. Where the
 * peer was not read to its end nothing is known. Forgets what was seen. */
void comparison_end(Comparison *comparison, EntrySet *here);

/* Drops what was found: it could not be looked at to the end. */
void comparison_forget(Comparison *comparison);

/* After the last look at what differs. What is beyond DIFFERENCES_MAX was not looked at again:
 * where all the others turned out equal nothing is known, and the peer's reading says so. */
void comparison_settled(Comparison *comparison);

/* What two looks at an entry say, NULL: not there. False: nothing differs; else ret is what does.
 */
bool difference_judge(const EntryMark *here, const EntryMark *there, Difference *ret);

/* Adds an entry of which both have the same version and other contents; texts and names are
 * borrowed. */
void comparison_add_contents(Comparison *comparison, const EntryMark *mark, const char *dn,
			     const AttributeNames *attributes);

/* How many of that kind. */
size_t comparison_count(const Comparison *comparison, DifferenceKind kind);

/*
 * Equal only where both copies are known to have been shown whole. A difference counts only when it
 * cannot be an entry that is hidden: one that is missing where not all was shown proves nothing.
 * Contents are never known to be equal: no count tells of attributes that a server hides. Where
 * they were to be compared and were not, nothing but a difference is told of that peer.
 */
ComparisonVerdict comparison_verdict(const Comparison *comparison, const CopyReading *here);

/* True when that kind proves a difference, given what was shown. */
bool comparison_proves(const Comparison *comparison, const CopyReading *here, DifferenceKind kind);

/* "missing-there", ...: as JSON names them. */
const char *difference_kind_name(DifferenceKind kind);

/* "not-comparable", "not-known", "different", "equal". */
const char *comparison_verdict_name(ComparisonVerdict verdict);

/* COMPARISON_NOT_KNOWN for NULL and for a name that this release does not know. */
ComparisonVerdict comparison_verdict_named(const char *name);

/* Equal when all are, different when one is: what differs is sure, whatever else is not known.
 * Where nothing was compared nothing is comparable. */
ComparisonVerdict comparison_verdict_all(const ComparedDatabase *databases, size_t n_databases);

#endif
