/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_RECORD_H
#define SYNCWARD_COMPARE_RECORD_H

#include "common/entries/comparison.h"

/* What compare last found about one peer's copy, as status, check and metrics show it: numbers, no
 * names of entries. */
typedef struct CompareRecord {
	const char *suffix;
	unsigned peer_id;
	int64_t compared_sec; /* since 1970 */
	ComparisonVerdict verdict;
	size_t counts[DIFFERENCE_KIND_COUNT]; /* of what is proven */
} CompareRecord;

typedef struct CompareRecords {
	CompareRecord *items;
	size_t n_items;
} CompareRecords;

/* The record of that database and peer; NULL: it was never compared. */
const CompareRecord *compare_record_find(const CompareRecords *records, const char *suffix,
					 unsigned peer_id);

/*
 * Those before, with what was compared now in their place or behind them. What was proven different
 * goes only by a look that would have shown it: not because a peer was away, or hides something
 * now, and other contents only when contents were compared. Texts are borrowed.
 */
CompareRecords compare_records_join(Pool *pool, const CompareRecords *before,
				    const ComparedDatabase *databases, size_t n_databases,
				    int64_t now_sec);

/* A copy of everything in the pool. */
CompareRecords compare_records_copy(Pool *pool, const CompareRecords *records);

/* Of all kinds. */
size_t compare_record_total(const CompareRecord *record);

#endif
