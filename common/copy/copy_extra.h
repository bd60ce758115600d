/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_EXTRA_H
#define SYNCWARD_COPY_EXTRA_H

#include "common/copy/copy.h"
#include "common/copy/entry_set.h"

/*
 * Entries that a copy keeps although a peer, which knew them, has them no more. A consumer without
 * a cookie gets what there is, and is not told what there is not (syncprov.c sends no present phase
 * then): what it had before, of a first refresh that broke off or of a copy without contextCSN,
 * stays, and contextCSN is equal in the end.
 */
typedef struct CopyExtra {
	bool was_asked;
	unsigned peer_id;    /* with whom it was compared; 0: with nobody */
	const char *problem; /* why it is not known; NULL: it is */
	size_t n_entries;    /* that are here only */
	unsigned took_msec;  /* finding it out */
	bool is_kept;        /* by an earlier pass: it may hold a node closed, and open none */
} CopyExtra;

/* True when what was found so long ago need not be looked for again: reading both copies takes a
 * twentieth of the time at most. What could not be found out at once is tried again at once. */
bool copy_extra_lasts(const CopyExtra *found, int64_t age_msec);

/* True when the peer's contextCSN says that it had that change: without the entry now it deleted
 * it. */
bool copy_extra_was_known(const EntryMark *mark, const Content *peer);

/* Those of the set that were not seen at the peer, and that it had; the first of them, up to max,
 * go to ret. */
size_t copy_extra_find(const EntrySet *here, const Content *peer, EntryMark *ret, size_t max);

#endif
