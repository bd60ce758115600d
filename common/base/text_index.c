/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text_index.h"

#include <stdint.h>
#include <string.h>

#define SLOTS_FIRST 64 /* a power of two, as are those that follow */

/* FNV-1a. */
static size_t text_hash(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ hash >> 32);
}

/* Where it stands, or would. */
static size_t *slot_of(const TextIndex *index, const char *text)
{
	size_t at = text_hash(text) & (index->n_slots - 1);

	while (index->slots[at] > 0 && strcmp(index->texts[index->slots[at] - 1], text) != 0)
		at = (at + 1) & (index->n_slots - 1);
	return &index->slots[at];
}

size_t text_index_find(const TextIndex *index, const char *text)
{
	const size_t *slot = index->n_slots > 0 ? slot_of(index, text) : NULL;

	return slot && *slot > 0 ? *slot - 1 : index->n_texts;
}

/* At least every second slot stays free. */
static void grow(Pool *pool, TextIndex *index)
{
	index->n_slots = index->n_slots > 0 ? index->n_slots * 2 : SLOTS_FIRST;
	index->slots = pool_alloc(pool, index->n_slots * sizeof(*index->slots));
	for (size_t i = 0; i < index->n_texts; i++)
		*slot_of(index, index->texts[i]) = i + 1;
}

void text_index_add(Pool *pool, TextIndex *index, const char *text)
{
	if (index->n_texts * 2 >= index->n_slots)
		grow(pool, index);
	*slot_of(index, text) = index->n_texts + 1;
	POOL_PUSH(pool, index->texts, index->n_texts, text);
}
