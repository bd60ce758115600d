/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TEXT_INDEX_H
#define SYNCWARD_TEXT_INDEX_H

#include <stddef.h>

#include "common/base/pool.h"

/* The places of many different texts in a list, in which each would be looked for by itself
 * otherwise. {0} has none. */
typedef struct TextIndex {
	const char **texts;
	size_t n_texts;
	size_t *slots; /* place + 1; 0: free */
	size_t n_slots;
} TextIndex;

/* Its place, in the order in which they were added; n_texts: it is not there. */
size_t text_index_find(const TextIndex *index, const char *text);

/* Adds a text that is not there; it must live as long as the pool. */
void text_index_add(Pool *pool, TextIndex *index, const char *text);

#endif
