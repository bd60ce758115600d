/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_EXTRA_H
#define SYNCWARD_COPY_EXTRA_H

#include "common/copy/copy.h"
#include "common/entries/entry_set.h"

/*
 * Entries that a copy keeps although a peer, which knew them, no longer has them. A consumer
 * without a cookie gets what there is, and is not told what there is not (syncprov.c sends no
 * present phase then): what it had before, of a first refresh that broke off or of a copy without
 * contextCSN, stays, and contextCSN is equal in the end.
 */
typedef struct CopyExtra {
	bool was_asked;
	unsigned peer_id;    /* with whom it was compared; 0: with nobody */
	const char *problem; /* why it is not known; NULL: it is */
	size_t n_entries;    /* that are here only, and were there */
	size_t n_doubtful;  /* that are here only, and of which nobody can tell whether they were */
	size_t n_missing;   /* that the peer has, and contextCSN here says that they are here */
	unsigned took_msec; /* finding it out */
	unsigned age_msec;  /* since both copies began to be read; 0: in this pass */
	bool is_kept; /* found by an earlier pass: it may keep a node closed, but not open one */
} CopyExtra;

/* True when what was found so long ago need not be looked for again: reading both copies takes a
 * twentieth of the time at most. What could not be found out at once is tried again at once. */
bool copy_extra_lasts(const CopyExtra *found, int64_t age_msec);

/* What an entry is that the peer does not show. */
typedef enum ExtraKind {
	EXTRA_NEWER,    /* it was never there */
	EXTRA_DELETED,  /* the peer's contextCSN says that it had that change: it deleted it */
	EXTRA_DOUBTFUL, /* no peer's contextCSN has its server ID: either (old_entries.h) */
} ExtraKind;

/* Whose contextCSN tells of entries that the peer does not show. Not the one here: slapadd -w
 * computes it from whatever it loads. */
typedef struct ExtraSides {
	const Content *peer;
	const Content *others; /* all other copies that were read, the peer's may be among them */
	size_t n_others;
	unsigned our_id; /* what this node wrote, it wrote here */
} ExtraSides;

ExtraKind copy_extra_judge(const EntryMark *mark, const ExtraSides *sides);

/* True for an entry of the peer's that is not here although contextCSN here covers its last change:
 * a part was read, or it got lost. As a provider this node would have others delete it. */
bool copy_extra_is_missing(const EntryMark *mark, const Content *here);

/* Those of the set that were not seen at the peer, and are of that kind; the first of them, up to
 * max, go to ret. */
size_t copy_extra_find(const EntrySet *here, const ExtraSides *sides, ExtraKind kind,
		       EntryMark *ret, size_t max);

#endif
