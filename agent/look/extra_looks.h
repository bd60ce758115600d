/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EXTRA_LOOKS_H
#define SYNCWARD_EXTRA_LOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/entries/copy_extra.h"

/*
 * What outlives a pass of the looks at what only the copy here has (extra_look.h): what each found,
 * and those that are still at work. Copies of hundreds of thousands of entries take longer to read
 * than a pass has, and what was just read need not be read again while something else holds the
 * node. One at most for each suffix.
 */
typedef struct ExtraLooks ExtraLooks;

ExtraLooks *extra_looks_new(void);

/* Ends those that are at work. NULL is allowed. */
void extra_looks_free(ExtraLooks *looks);

/* What a look brings; what does not fit into problem is cut. */
typedef struct ExtraFound {
	size_t n_entries;
	size_t n_doubtful;
	size_t n_missing;
	bool was_refused;
	char problem[512]; /* "": it is known */
} ExtraFound;

typedef struct ExtraWork {
	const char *suffix;
	unsigned peer_id; /* with whom it is compared */
	ExtraFound (*find)(void *data);
	void *data;
	unsigned patience_msec;  /* for one that begins now */
	bool (*must_stop)(void); /* NULL: never */
	bool wants_fresh;        /* what an earlier pass saw is not enough */
} ExtraWork;

/*
 * What find() brings, which runs in a process of its own: now, where that is soon enough, or in a
 * later call. Before that it is not known (problem says so), and copy_extra_lasts() decides how
 * long it is used behind it (is_kept). The texts are the pool's.
 */
CopyExtra extra_looks_ask(ExtraLooks *looks, Pool *pool, const ExtraWork *work,
			  bool *ret_was_refused);

#endif
