/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/entry_set.h"

#define SIZE_LEAST 1024

void entry_set_reserve(EntrySet *set, size_t n)
{
	if (n <= set->size)
		return;
	set->marks = pool_resize(set->pool, set->marks, set->n_marks * sizeof(EntryMark),
				 n * sizeof(EntryMark));
	set->size = n;
}

/* By half: of a set that outgrows what was expected the old one is gone before it is twice as
 * large. */
void entry_set_add(EntrySet *set, const EntryMark *mark)
{
	if (set->n_marks == set->size)
		entry_set_reserve(set,
				  set->size < SIZE_LEAST ? SIZE_LEAST : set->size + set->size / 2);
	set->marks[set->n_marks++] = *mark;
}

static int mark_compare(const EntryMark *one, const EntryMark *other)
{
	return entry_uuid_compare(one->uuid, other->uuid);
}

/* Lets the mark at top sink to its place in the heap of the first n. */
static void heap_sink(EntryMark *marks, size_t top, size_t n)
{
	const EntryMark sinking = marks[top];

	for (size_t child; (child = 2 * top + 1) < n; top = child) {
		if (child + 1 < n && mark_compare(&marks[child], &marks[child + 1]) < 0)
			child++;
		if (mark_compare(&sinking, &marks[child]) >= 0)
			break;
		marks[top] = marks[child];
	}
	marks[top] = sinking;
}

/* Not by qsort(3): glibc's takes as much memory again. */
void entry_set_sort(EntrySet *set)
{
	for (size_t i = set->n_marks / 2; i-- > 0;)
		heap_sink(set->marks, i, set->n_marks);
	for (size_t n = set->n_marks; n-- > 1;) {
		const EntryMark greatest = set->marks[0];

		set->marks[0] = set->marks[n];
		set->marks[n] = greatest;
		heap_sink(set->marks, 0, n);
	}
}

EntryMark *entry_set_find(const EntrySet *set, const uint8_t uuid[ENTRY_UUID_SIZE])
{
	size_t low = 0, high = set->n_marks;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = entry_uuid_compare(set->marks[middle].uuid, uuid);

		if (order == 0)
			return &set->marks[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void entry_set_clear(EntrySet *set)
{
	set->n_marks = 0;
}
