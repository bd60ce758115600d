/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/memory_after.h"

/* A database that slapd does not have is not open. */
static bool is_open(const Live *live, const char *suffix)
{
	const LiveDatabase *database;

	return live_find_database(live, suffix, &database) == 1 && !database->is_read_only;
}

/* What became of a closing that was cut off, once slapd runs: the first look at the database
 * decides both ways, as whoever makes it read-only later is somebody else. */
static bool closing_end(const Live *live, FenceRecord *record)
{
	const LiveDatabase *database;

	if (!record->is_closing || live_find_database(live, record->suffix, &database) != 1)
		return false;
	record->is_closed = record->is_closed || database->is_read_only;
	record->is_closing = false;
	return true;
}

/* What was seen before it was closed may be gone for good: it is noted anew. */
static LastSeenAll seen_without(Pool *pool, const LastSeenAll *seen, const char *suffix)
{
	LastSeenAll rest = *seen;
	const LastSeen *gone = last_seen(seen, suffix);

	rest.items = NULL;
	rest.n_items = 0;
	for (size_t i = 0; i < seen->n_items; i++)
		if (&seen->items[i] != gone)
			POOL_PUSH(pool, rest.items, rest.n_items, seen->items[i]);
	return rest;
}

bool memory_opened(Pool *pool, const Live *live, Known *known)
{
	FenceRecords records = {.looked_sec = known->fence.looked_sec};
	LastSeenAll seen = known->seen;
	bool has_changed = false;

	for (size_t i = 0; i < known->fence.n_items; i++) {
		FenceRecord record = known->fence.items[i];

		if (record.is_closed && is_open(live, record.suffix)) {
			seen = seen_without(pool, &seen, record.suffix);
			has_changed = true;
			continue;
		}
		has_changed = closing_end(live, &record) || has_changed;
		POOL_PUSH(pool, records.items, records.n_items, record);
	}
	if (has_changed) {
		known->fence = records;
		known->seen = seen;
	}
	return has_changed;
}
