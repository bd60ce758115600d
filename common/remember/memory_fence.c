/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remember/memory_after.h"

#include <strings.h>

#include "common/copy/fence_apart.h"
#include "common/plan/plan_changes.h"

/* --- closing --- */

/* The records with this one in place of the one of its database; those of before are not ours to
 * change. */
static void record_put(Pool *pool, Known *known, const FenceRecord *record)
{
	FenceRecords records = {.looked_sec = known->fence.looked_sec};
	const FenceRecord *before = fence_record(&known->fence, record->suffix);

	for (size_t i = 0; i < known->fence.n_items; i++)
		if (&known->fence.items[i] != before)
			POOL_PUSH(pool, records.items, records.n_items, known->fence.items[i]);
	POOL_PUSH(pool, records.items, records.n_items, *record);
	known->fence = records;
}

/* What is known of its file is of the one that was there before. What the fence found of it is
 * still why it is closed. */
static FenceRecord record_closing(Pool *pool, const Known *known, const char *suffix)
{
	const FenceRecord *before = fence_record(&known->fence, suffix);
	const bool is_unclosed = before && before->is_unclosed;

	return (FenceRecord){.suffix = pool_strdup(pool, suffix),
			     .verdict = is_unclosed ? before->verdict : FENCE_ABSENT,
			     .text = is_unclosed ? before->text
						 : "it was emptied, or put back from an older "
						   "copy, while it was open to clients",
			     .is_closing = true,
			     .is_unclosed = is_unclosed,
			     .is_of_daemon = true};
}

void memory_closing(Pool *pool, const Plan *plan, Known *known)
{
	for (size_t i = 0; i < plan->n_databases; i++) {
		const char *suffix = plan->databases[i].suffix;
		FenceRecord record;

		if (!change_first_free(plan, &plan->databases[i], CHANGE_BIT(CHANGE_READ_ONLY_ON)))
			continue;
		record = record_closing(pool, known, suffix);
		record_put(pool, known, &record);
	}
}

static bool closes(const Step *step)
{
	return step->suffix && step->n_mods == 1 && step->mods[0].n_values == 1 &&
	       strcasecmp(step->mods[0].attribute, "olcReadOnly") == 0 &&
	       strcasecmp(step->mods[0].values[0], "TRUE") == 0;
}

void memory_closed(Pool *pool, const Applied *applied, Known *known)
{
	for (size_t i = 0; i < applied->n_done; i++) {
		const FenceRecord *before =
			closes(applied->done[i])
				? fence_record(&known->fence, applied->done[i]->suffix)
				: NULL;
		FenceRecord record;

		if (!before || !before->is_closing)
			continue;
		record = *before;
		record.is_closing = false;
		record.is_closed = true;
		record_put(pool, known, &record);
	}
}

/* --- what became of it --- */

/* A database that slapd does not have is not open. */
static bool is_open(const Live *live, const char *suffix)
{
	const LiveDatabase *database;

	return live_find_database(live, suffix, &database) == 1 && !database->is_read_only;
}

/* Whatever it is by peers.json now: both are back, whoever put them there. */
static bool is_provider(const LiveDatabase *database)
{
	return database->is_multi_provider && database->syncprov;
}

/* A consumer does not get it back, nor does a node that left: if it is a provider again later, it
 * joins anew. */
static bool is_over(const Wanted *wanted, const Known *known, const FenceRecord *record)
{
	return known_left(&known->leave, record->suffix) ||
	       (wanted && peer_is_consumer(wanted->self));
}

/* What the fence took, and what became of taking it where that was cut off. */
static bool apart_end(const Live *live, bool is_over, FenceRecord *record)
{
	const LiveDatabase *database;
	bool has_changed;

	if ((!record->is_apart && !record->is_parting) ||
	    live_find_database(live, record->suffix, &database) != 1)
		return false;
	has_changed =
		fence_parting_end(record, database->is_multi_provider, database->syncprov != NULL);
	if (!record->is_apart || !(is_over || is_provider(database)))
		return has_changed;
	record->is_apart = false;
	record->overlay = NULL;
	return true;
}

/* What became of a closing that was cut off, once slapd runs: the first look at the database
 * decides both ways, because if it is made read-only later, something else did that. */
static bool closing_end(const Live *live, FenceRecord *record)
{
	const LiveDatabase *database;

	if (!record->is_closing || live_find_database(live, record->suffix, &database) != 1)
		return false;
	record->is_closed = record->is_closed || database->is_read_only;
	/* The fence was cut off, and slapd started on it as it was. */
	record->is_unclosed = record->is_unclosed || (!record->is_closed && !record->is_of_daemon);
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

bool memory_opened(Pool *pool, const Live *live, const Wanted *wanted, Known *known)
{
	FenceRecords records = {.looked_sec = known->fence.looked_sec};
	LastSeenAll seen = known->seen;
	bool has_changed = false;

	for (size_t i = 0; i < known->fence.n_items; i++) {
		FenceRecord record = known->fence.items[i];

		if (record.is_closed && is_open(live, record.suffix)) {
			seen = seen_without(pool, &seen, record.suffix);
			has_changed = true;
			if (!record.is_apart && !record.is_parting && !record.is_unclosed)
				continue;
			record.is_closed = false;
			if (record.is_unclosed)
				record.verdict = FENCE_RIGHT;
		}
		has_changed = closing_end(live, &record) || has_changed;
		has_changed =
			apart_end(live, is_over(wanted, known, &record), &record) || has_changed;
		POOL_PUSH(pool, records.items, records.n_items, record);
	}
	if (has_changed) {
		known->fence = records;
		known->seen = seen;
	}
	return has_changed;
}
