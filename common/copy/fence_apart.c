/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/fence_apart.h"

bool fence_is_apart(const FenceRecords *records, const char *suffix)
{
	const FenceRecord *record = fence_record(records, suffix);

	return record && (record->is_apart || record->is_parting);
}

const Entry *fence_overlay_taken(const FenceRecords *records, const char *suffix)
{
	const FenceRecord *record = fence_record(records, suffix);

	return record && (record->is_apart || record->is_parting) ? record->overlay : NULL;
}

bool fence_parting_end(FenceRecord *record, bool has_flag, bool has_overlay)
{
	if (!record->is_parting)
		return false;
	record->is_apart = record->is_apart || !has_flag || !has_overlay;
	record->is_parting = false;
	if (!record->is_apart)
		record->overlay = NULL;
	return true;
}
