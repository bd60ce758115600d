/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_HERE_H
#define SYNCWARD_COMPARE_HERE_H

#include "agent/session/session_entries.h"
#include "agent/session/session_lookup.h"
#include "common/access/access_lists.h"
#include "common/entries/entry_set.h"

/* The copy of a database at this node. */
typedef struct HereCopy {
	Pool *pool;
	PeerLink root; /* for the server's count */
	bool has_root;
	PeerLink link;
	bool is_open;
	bool was_refused; /* this server took an account's password for a wrong one */
	CopyReading reading;
	EntrySet set; /* sorted */
} HereCopy;

/* What it takes to read it. */
typedef struct HereQuestion {
	const char *ldap_uri;
	const char *suffix;
	AccessLists lists;
	Syncrepl *accounts; /* links whose account and password a peer took: accounts_add() */
	size_t n_accounts;
	EntriesTaker taker; /* take is not used */
	bool reads_once;    /* also where the server's count moved meanwhile */
} HereQuestion;

/* Adds a link's account, once, where it binds with a password. Texts are borrowed. */
void accounts_add(Pool *pool, HereQuestion *question, const Syncrepl *link);

/*
 * Reads the copy as root over ldapi:///, or as one of the accounts, whichever is surely shown all
 * of it; if none is, as the one that is shown most. The link stays open, for looking at entries
 * again, until here_copy_close(). An account that cannot bind is not tried twice. Never fails: the
 * reading says what happened.
 */
void here_copy_read(Pool *pool, const HereQuestion *question, HereCopy *ret);

/* Opens the link of the account that the rules surely let read all of it, else of the last account,
 * else of root, and reads nothing: may_all of the reading says which. Else is_open is false, and
 * the reading has the problem. To be closed by here_copy_close() in any case. */
void here_open_for_all(Pool *pool, const HereQuestion *question, HereCopy *ret);

/* Fills the set anew, with digests of contents in place of versions. False when that failed: the
 * reading says why. */
bool here_copy_read_contents(const HereQuestion *question, HereCopy *here);

void here_copy_close(HereCopy *here);

/* Reads a few times, until the server's count stood still meanwhile, and once more when it is
 * larger than what was shown. begin empties what take filled; NULL: after the first time nothing is
 * taken, only counted. */
CopyReading entries_read_counted(PeerLink *link, PeerLink *counter, const char *suffix,
				 const EntriesTaker *taker, void (*begin)(void *data));

#endif
