/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/suggest.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 40

static int letter(const char *word, size_t i)
{
	return tolower((unsigned char)word[i]);
}

static size_t smaller(size_t one, size_t other)
{
	return one < other ? one : other;
}

/* Insertions, deletions, changes and swaps of neighbours that make one word the other. */
static size_t slips_between(const char *one, const char *other)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t n = strlen(other);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= strlen(one); i++) {
		size_t *spare = before;

		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = letter(one, i - 1) != letter(other, j - 1);

			row[j] = smaller(above[j - 1] + change, smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && letter(one, i - 1) == letter(other, j - 2) &&
			    letter(one, i - 2) == letter(other, j - 1))
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return row[n];
}

const char *suggest_word(const char *word, const char *const *known, size_t n_known)
{
	const char *nearest = NULL;
	size_t fewest = (strlen(word) + 2) / 3 + 1;

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n_known; i++) {
		size_t slips;

		if (strlen(known[i]) > WORD_MAX)
			continue;
		slips = slips_between(word, known[i]);
		if (slips < fewest && slips < strlen(known[i])) {
			fewest = slips;
			nearest = known[i];
		}
	}
	return nearest;
}

const char *suggest_question(Pool *pool, const char *word, const char *const *known, size_t n_known)
{
	const char *near = suggest_word(word, known, n_known);

	return near ? pool_printf(pool, ": did you mean '%s'?", near) : "";
}
