/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/compare_record.h"

#include <string.h>

static CompareRecord *record_of(const CompareRecords *records, const char *suffix, unsigned peer_id)
{
	for (size_t i = 0; i < records->n_items; i++)
		if (records->items[i].peer_id == peer_id &&
		    strcmp(records->items[i].suffix, suffix) == 0)
			return &records->items[i];
	return NULL;
}

const CompareRecord *compare_record_find(const CompareRecords *records, const char *suffix,
					 unsigned peer_id)
{
	return record_of(records, suffix, peer_id);
}

/* --- what a look may take back --- */

/* Whether that look would have shown such a difference. Versions are looked at each time. */
static bool could_disprove(const Comparison *comparison, const CopyReading *here,
			   DifferenceKind kind)
{
	Comparison versions = *comparison;

	versions.contents_problem = NULL;
	if (comparison_verdict(&versions, here) == COMPARISON_NOT_COMPARABLE)
		return false;
	return kind == DIFFERENCE_OTHER_CONTENTS
		       ? comparison->asks_contents && !comparison->contents_problem
		       : comparison_proves(comparison, here, kind);
}

/* Only what is proven: what is missing where something is hidden is no difference. */
static CompareRecord record_make(const CompareRecord *before, const ComparedDatabase *database,
				 const Comparison *comparison, int64_t now_sec)
{
	const CopyReading *here = &database->here;
	CompareRecord record = {.suffix = database->suffix,
				.peer_id = comparison->peer_id,
				.compared_sec = now_sec,
				.verdict = comparison_verdict(comparison, here)};

	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++) {
		if (comparison_proves(comparison, here, kind))
			record.counts[kind] = comparison_count(comparison, kind);
		if (before && before->verdict == COMPARISON_DIFFERENT && record.counts[kind] == 0 &&
		    !could_disprove(comparison, here, kind))
			record.counts[kind] = before->counts[kind];
	}
	if (before && before->verdict == COMPARISON_DIFFERENT &&
	    record.verdict == COMPARISON_NOT_COMPARABLE)
		record.compared_sec = before->compared_sec;
	if (compare_record_total(&record) > 0)
		record.verdict = COMPARISON_DIFFERENT;
	return record;
}

static void record_put(Pool *pool, CompareRecords *records, const CompareRecord *record)
{
	CompareRecord *before = record_of(records, record->suffix, record->peer_id);

	if (before)
		*before = *record;
	else
		POOL_PUSH(pool, records->items, records->n_items, *record);
}

CompareRecords compare_records_join(Pool *pool, const CompareRecords *before,
				    const ComparedDatabase *databases, size_t n_databases,
				    int64_t now_sec)
{
	CompareRecords joined = compare_records_copy(pool, before);

	for (size_t i = 0; i < n_databases; i++)
		for (size_t k = 0; k < databases[i].n_peers; k++) {
			const Comparison *comparison = &databases[i].peers[k];
			const CompareRecord record = record_make(
				record_of(&joined, databases[i].suffix, comparison->peer_id),
				&databases[i], comparison, now_sec);

			record_put(pool, &joined, &record);
		}
	return joined;
}

CompareRecords compare_records_copy(Pool *pool, const CompareRecords *records)
{
	CompareRecords copy = {0};

	for (size_t i = 0; i < records->n_items; i++) {
		POOL_PUSH(pool, copy.items, copy.n_items, records->items[i]);
		copy.items[i].suffix = pool_strdup(pool, records->items[i].suffix);
	}
	return copy;
}

size_t compare_record_total(const CompareRecord *record)
{
	size_t n = 0;

	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		n += record->counts[kind];
	return n;
}
