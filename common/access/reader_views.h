/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_VIEWS_H
#define SYNCWARD_READER_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/access/reader_sessions.h"
#include "common/base/pool.h"
#include "common/base/sha256.h"

/*
 * What an identity was seen to read of a database here, compared with one that reads everything:
 * the answer where olcAccess itself leaves it open (groups, sets, regular expressions). It is valid
 * for the configuration under which it was seen, and is dropped when it gets old.
 */
typedef enum ViewOutcome {
	VIEW_UNTESTABLE, /* first: nothing is known before somebody looked */
	VIEW_LESS,
	VIEW_EQUAL,
} ViewOutcome;

typedef struct ReaderView {
	const char *suffix;
	const char *reader;
	char basis[SHA256_HEX_SIZE]; /* what it was seen under (live_reader_basis()) */
	ViewOutcome outcome;
	const char *text; /* LESS: what it does not see; UNTESTABLE: why nobody could look; EQUAL:
			     whom it was compared with */
	bool is_passing;  /* it may be another one in a moment: to be looked at again */
	bool is_slow;   /* slapd did not answer to the end: to be looked at again in some minutes */
	int64_t at_sec; /* when, in seconds since 1970 */
} ReaderView;

/* Entries that somebody else was shown and the reader was not, of which some were looked for once
 * more: what was deleted meanwhile is not hidden. */
typedef struct ReaderLacks {
	size_t n_lacking;
	size_t n_gone;   /* the other one does not see it either, or the reader does now */
	size_t n_hidden; /* the other one sees it, the reader does not */
} ReaderLacks;

typedef struct ReaderViews {
	ReaderView *items;
	size_t n_items;
	ReaderSessions sessions; /* who reads here now */
} ReaderViews;

/* The view under that basis; NULL: nobody asked. views may be NULL. */
const ReaderView *reader_view_find(const ReaderViews *views, const char *suffix, const char *reader,
				   const char *basis);

/* EQUAL: nothing is hidden; LESS: something is; UNTESTABLE: of some entries it is not known. */
ViewOutcome reader_lacks_judge(const ReaderLacks *lacks);

/* Those of both that are to be kept at that time, everything copied; of one and the same the
 * later. more may be NULL. */
ReaderViews reader_views_keep(Pool *pool, const ReaderViews *old, const ReaderViews *more,
			      int64_t now_sec);

#endif
