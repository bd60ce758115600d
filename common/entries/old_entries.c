/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/old_entries.h"

#include <stdlib.h>
#include <string.h>

#include "common/copy/csn_set.h"

#define SID_COUNT 4096

/* --- how many --- */

static int tally_compare(const void *one, const void *other)
{
	const unsigned a = ((const SidTally *)one)->sid, b = ((const SidTally *)other)->sid;

	return a < b ? -1 : a > b;
}

SidTallies sid_tallies(Pool *pool, const EntrySet *set)
{
	uint16_t places[SID_COUNT] = {0}; /* from 1; 0: there is nothing of that server ID yet */
	SidTallies tallies = {0};

	for (size_t i = 0; i < set->n_marks; i++) {
		const EntryMark *mark = &set->marks[i];
		const unsigned sid = entry_mark_sid(mark);
		SidTally *tally;

		if (places[sid] == 0) {
			POOL_PUSH(pool, tallies.items, tallies.n_items,
				  {.sid = sid, .newest = *mark});
			places[sid] = (uint16_t)tallies.n_items;
		}
		tally = &tallies.items[places[sid] - 1];
		tally->n_entries++;
		if (entry_mark_compare_csn(mark, &tally->newest) > 0)
			tally->newest = *mark;
	}
	if (tallies.n_items > 0)
		qsort(tallies.items, tallies.n_items, sizeof(*tallies.items), tally_compare);
	return tallies;
}

const SidTally *sid_tally_find(const SidTallies *tallies, unsigned sid)
{
	for (size_t i = 0; i < tallies->n_items; i++)
		if (tallies->items[i].sid == sid)
			return &tallies->items[i];
	return NULL;
}

/* --- old server IDs --- */

bool sid_list_has(const SidList *list, unsigned sid)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i] == sid)
			return true;
	return false;
}

static int sid_compare(const void *one, const void *other)
{
	const unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;

	return a < b ? -1 : a > b;
}

/* No node writes under server ID 0 in a cluster: what is newer there will not be covered any more.
 */
static bool is_old(Pool *pool, const SidTally *tally, const char *csn)
{
	if (!csn)
		return true;
	return tally->sid == 0 && strcmp(entry_mark_csn(pool, &tally->newest), csn) > 0;
}

SidList old_sids(Pool *pool, const SidTallies *tallies, size_t n_tallies,
		 const char *const *context_csns, size_t n_context_csns)
{
	SidList old = {0};

	for (size_t i = 0; i < n_tallies; i++)
		for (size_t k = 0; k < tallies[i].n_items; k++) {
			const SidTally *tally = &tallies[i].items[k];
			const char *csn = csn_newest(context_csns, n_context_csns, tally->sid);

			if (!sid_list_has(&old, tally->sid) && is_old(pool, tally, csn))
				POOL_PUSH(pool, old.items, old.n_items, tally->sid);
		}
	if (old.n_items > 0)
		qsort(old.items, old.n_items, sizeof(*old.items), sid_compare);
	return old;
}

/* --- entries at one side --- */

static int mark_compare(const EntryMark *one, const EntryMark *other)
{
	return entry_uuid_compare(one->uuid, other->uuid);
}

typedef struct Merge {
	const EntrySet *sets;
	size_t n_sets;
	size_t *at; /* how far each set was read */
} Merge;

static const EntryMark *mark_at(const Merge *merge, size_t i)
{
	return merge->at[i] < merge->sets[i].n_marks ? &merge->sets[i].marks[merge->at[i]] : NULL;
}

/* The first of all that are left; NULL: none is. */
static const EntryMark *merge_next(const Merge *merge)
{
	const EntryMark *next = NULL;

	for (size_t i = 0; i < merge->n_sets; i++) {
		const EntryMark *mark = mark_at(merge, i);

		if (mark && (!next || mark_compare(mark, next) < 0))
			next = mark;
	}
	return next;
}

static bool is_here(const Merge *merge, size_t i, const EntryMark *mark)
{
	const EntryMark *here = mark_at(merge, i);

	return here && mark_compare(here, mark) == 0;
}

static void one_sided_note(Pool *pool, OneSidedList *list, const Merge *merge,
			   const EntryMark *mark)
{
	OneSided one = {.mark = *mark,
			.is_at = pool_alloc(pool, merge->n_sets * sizeof(*one.is_at)),
			.first_at = merge->n_sets};

	for (size_t i = 0; i < merge->n_sets; i++) {
		one.is_at[i] = is_here(merge, i, mark);
		if (one.is_at[i] && one.first_at == merge->n_sets)
			one.first_at = i;
	}
	POOL_PUSH(pool, list->items, list->n_items, one);
}

/* Old at any server that shows it: that server would delete it, or its provider not send it. */
static void mark_judge(Pool *pool, OneSidedList *list, Merge *merge, const EntryMark *mark,
		       const SidList *old)
{
	bool is_everywhere = true, is_old = false;

	for (size_t i = 0; i < merge->n_sets; i++) {
		if (is_here(merge, i, mark))
			is_old = is_old || sid_list_has(old, entry_mark_sid(mark_at(merge, i)));
		else
			is_everywhere = false;
	}
	if (is_old && !is_everywhere)
		one_sided_note(pool, list, merge, mark);
}

OneSidedList old_entries_one_sided(Pool *pool, const EntrySet *sets, size_t n_sets,
				   const SidList *old)
{
	Merge merge = {sets, n_sets, pool_alloc(pool, (n_sets + 1) * sizeof(size_t))};
	OneSidedList list = {0};
	const EntryMark *next;

	while ((next = merge_next(&merge)) != NULL) {
		const EntryMark mark = *next;

		mark_judge(pool, &list, &merge, &mark, old);
		for (size_t i = 0; i < n_sets; i++)
			if (is_here(&merge, i, &mark))
				merge.at[i]++;
	}
	return list;
}

static const OneSided *one_sided_find(const OneSidedList *list, const EntryMark *mark)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (mark_compare(&list->items[i].mark, mark) == 0)
			return &list->items[i];
	return NULL;
}

OneSidedList one_sided_lasting(Pool *pool, const OneSidedList *list, const OneSidedList *later,
			       size_t n_sets)
{
	OneSidedList lasting = {0};

	for (size_t i = 0; i < list->n_items; i++) {
		const OneSided *same = one_sided_find(later, &list->items[i].mark);

		if (same && memcmp(same->is_at, list->items[i].is_at, n_sets * sizeof(bool)) == 0)
			POOL_PUSH(pool, lasting.items, lasting.n_items, list->items[i]);
	}
	return lasting;
}
