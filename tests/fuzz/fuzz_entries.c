/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes: common/entries/entry_mark.c common/entries/entry_set.c */
/* Lines "entryUUID entryCSN" of two copies, the second behind an empty line: whatever a server
 * sends as these, marks print what they were read from, and the differences are those that going
 * through both lists by hand finds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/entries/comparison.h"

#define LINES_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool claim)
{
	if (!claim)
		abort();
}

static void check_printed(Pool *pool, const EntryMark *mark)
{
	EntryMark again;

	check(entry_mark_sec(mark) >= 0);
	if (entry_mark_sec(mark) == 0)
		return; /* of 1970: taken for none when it is printed */
	check(entry_mark_read(entry_mark_uuid(pool, mark), entry_mark_csn(pool, mark), &again));
	check(memcmp(mark, &again, sizeof(again)) == 0);
}

static bool line_read(Pool *pool, char *line, EntryMark *ret)
{
	char *space = strchr(line, ' ');

	if (space)
		*space = '\0';
	if (!entry_mark_read(line, space ? space + 1 : NULL, ret))
		return false;
	check_printed(pool, ret);
	return true;
}

static const EntryMark *first_of(const EntrySet *set, const EntryMark *mark)
{
	for (size_t i = 0; i < set->n_marks; i++)
		if (memcmp(set->marks[i].uuid, mark->uuid, ENTRY_UUID_SIZE) == 0)
			return &set->marks[i];
	return NULL;
}

/* One server has an entry once. */
static void set_add(EntrySet *set, const EntryMark *mark)
{
	if (!first_of(set, mark))
		entry_set_add(set, mark);
}

static size_t differences_by_hand(const EntrySet *here, const EntrySet *there)
{
	size_t n = 0;

	for (size_t i = 0; i < there->n_marks; i++) {
		const EntryMark *mark = first_of(here, &there->marks[i]);

		n += !mark || entry_mark_compare_csn(mark, &there->marks[i]) != 0;
	}
	for (size_t i = 0; i < here->n_marks; i++)
		n += !first_of(there, &here->marks[i]);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO(Pool) *pool = pool_new();
	EntrySet sets[2] = {{.pool = pool_child(pool)}, {.pool = pool_child(pool)}};
	Comparison comparison = {.pool = pool, .there = {.is_read = true}};
	char *line = pool_copy(pool, (const char *)bytes, len);
	EntryMark mark = {.is_seen = 0};
	size_t n_lines = 0, at = 0, by_hand;

	for (char *end; line && n_lines < LINES_MAX; line = end, n_lines++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (!*line)
			at = 1;
		else if (line_read(pool, line, &mark))
			set_add(&sets[at], &mark);
	}
	by_hand = differences_by_hand(&sets[0], &sets[1]);
	entry_set_sort(&sets[0]);
	for (size_t i = 0; i < sets[1].n_marks; i++)
		comparison_take(&comparison, &sets[0], &sets[1].marks[i]);
	comparison_end(&comparison, &sets[0]);
	check(comparison.n_differences == by_hand);
	entry_set_reserve(&sets[0], n_lines);
	entry_set_clear(&sets[0]);
	check(entry_set_find(&sets[0], mark.uuid) == NULL);
	return 0;
}
