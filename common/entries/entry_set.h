/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ENTRY_SET_H
#define SYNCWARD_ENTRY_SET_H

#include "common/entries/entry_mark.h"

/* The entries of one copy, 32 bytes each: first they are added, then sorted, then looked up. */
typedef struct EntrySet {
	Pool *pool;
	EntryMark *marks;
	size_t n_marks;
	size_t size;
} EntrySet;

/* Makes room at once for about so many, instead of growing. */
void entry_set_reserve(EntrySet *set, size_t n);

void entry_set_add(EntrySet *set, const EntryMark *mark);

/* Sorts by entryUUID, in place: nothing beyond the set's own memory is taken. */
void entry_set_sort(EntrySet *set);

/* The one with that entryUUID in a sorted set; NULL: none. */
EntryMark *entry_set_find(const EntrySet *set, const uint8_t uuid[ENTRY_UUID_SIZE]);

/* Empties it; its memory stays. */
void entry_set_clear(EntrySet *set);

#endif
