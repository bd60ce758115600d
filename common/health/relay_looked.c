/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/relay_looked.h"

static bool any_differs(const CompareRecords *compared, const char *suffix)
{
	for (size_t i = 0; i < compared->n_items; i++) {
		const CompareRecord *record =
			compare_record_find(compared, suffix, compared->items[i].peer_id);

		if (record && record->verdict == COMPARISON_DIFFERENT)
			return true;
	}
	return false;
}

/* What a server hides from the account of the links never came over them. */
static bool nothing_differs(const CompareRecord *record)
{
	return record->verdict == COMPARISON_EQUAL || record->verdict == COMPARISON_NOT_KNOWN;
}

bool relay_is_looked_into(const CompareRecords *compared, const char *suffix,
			  const unsigned *peer_ids, size_t n_peers, int64_t since_sec)
{
	for (size_t i = 0; i < n_peers; i++) {
		const CompareRecord *record = compare_record_find(compared, suffix, peer_ids[i]);

		if (!record || record->compared_sec <= since_sec || !nothing_differs(record))
			return false;
	}
	return !any_differs(compared, suffix);
}
