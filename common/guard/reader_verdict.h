/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_VERDICT_H
#define SYNCWARD_READER_VERDICT_H

#include "common/access/read_rights.h"
#include "common/access/reader_views.h"
#include "common/live/live_config.h"

/* An account that peers read with, and what is known of its rights here. */
typedef struct ReaderQuestion {
	const AccessLists *lists; /* what it may by them is asked */
	bool lists_are_live; /* false: they hold what is to be added, under which nobody looked */
	const char *reader;  /* NULL: peers.json does not say who it is */
	const ReaderViews *views; /* NULL: nobody looked */
	const char *basis;        /* live_reader_basis() of the database */
} ReaderQuestion;

typedef struct ReaderVerdict {
	ReadOutcome outcome;
	bool is_unasked;      /* NOT_PROVEN, and a look at what it sees here could tell */
	const char *sentence; /* what is known, and what follows from it; NULL: olcAccess lets it
				 read everything */
} ReaderVerdict;

/* By olcAccess; where that leaves it open, by what the account was seen to see here. */
ReaderVerdict reader_judge(Pool *pool, const ReaderQuestion *question);

#endif
