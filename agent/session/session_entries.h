/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_ENTRIES_H
#define SYNCWARD_SESSION_ENTRIES_H

#include "agent/session/session.h"
#include "agent/system/budget.h"
#include "common/copy/copy_reading.h"
#include "common/entries/entry_mark.h"

/* What is called while a copy is read; data is passed to each. */
typedef struct EntriesTaker {
	void *data;
	void (*take)(void *data, const EntryMark *mark); /* NULL: they are only counted */
	/* After each page; n_counted 0: the server does not show it. NULL: not called. */
	void (*page)(void *data, size_t n_read, size_t n_counted);
	unsigned rate;       /* entries a second at most; 0: as fast as they come */
	Budget budget;       /* when it is over the next page is not read, and nothing is known */
	bool wants_contents; /* marks have a digest of all attributes where the CSN is */
} EntriesTaker;

/*
 * Reads entryUUID and entryCSN of every entry, referral objects and glue among them, page after
 * page; in memory is one message. counter: the link that may see the server's count before and
 * after it, this one or another; NULL: none. Never fails: the reading says what happened. Blocks as
 * long as the server goes on sending, and at the rate.
 */
CopyReading entries_read_over(PeerLink *link, PeerLink *counter, const char *suffix,
			      const EntriesTaker *taker);

#endif
