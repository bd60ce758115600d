/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/compare_record.h"

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
			CompareRecord record = {
				.suffix = databases[i].suffix,
				.peer_id = comparison->peer_id,
				.compared_sec = now_sec,
				.verdict = comparison_verdict(comparison, &databases[i].here)};

			for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
				record.counts[kind] = comparison_count(comparison, kind);
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
