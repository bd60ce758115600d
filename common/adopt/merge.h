/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MERGE_H
#define SYNCWARD_MERGE_H

#include "common/adopt/merge_source.h"

/* What several files say, combined. */
typedef struct Merged {
	const char *text;           /* the document; NULL: they disagree */
	const char **disagreements; /* what, in which files, and what to do: a sentence each */
	size_t n_disagreements;
	const char **notes; /* what the document leaves to each node */
	size_t n_notes;
} Merged;

/*
 * Makes one document of several that adopt wrote on different nodes. The links of each node are in
 * it as its own file has them, which is checked before the document is returned. Strings live in
 * pool.
 */
Merged adopt_merge(Pool *pool, const MergeSource *sources, size_t n_sources);

#endif
