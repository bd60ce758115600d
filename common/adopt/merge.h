/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MERGE_H
#define SYNCWARD_MERGE_H

#include "common/adopt/merge_source.h"

/* What several files say together. */
typedef struct Merged {
	const char *text;           /* the document; NULL: they disagree */
	const char **disagreements; /* what, in which files, and what to do: a sentence each */
	size_t n_disagreements;
	const char **notes; /* what the document leaves to each node */
	size_t n_notes;
} Merged;

/*
 * One document of many, each written by adopt on another node: each node's links, by value, are in
 * it as its own file has them, which is proven before it is given. Strings live in pool.
 */
Merged adopt_merge(Pool *pool, const MergeSource *sources, size_t n_sources);

#endif
