/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_VERIFY_WRITE_H
#define SYNCWARD_VERIFY_WRITE_H

#include "agent/verify/verify.h"

/* What became of the test entry at one peer. */
typedef struct WrittenPeer {
	VerifiedServer *server;
	long seen_msec;      /* after the add was answered here; -1: never */
	long gone_msec;      /* after the delete; -1: never seen to be gone */
	const char *problem; /* why not; NULL: all is well */
	bool is_lost;        /* its connection failed: it is not asked any more */
} WrittenPeer;

/* One database's test entry. */
typedef struct WriteTest {
	const char *dn;
	bool was_added;
	bool is_left;        /* it may still be there: the problem says so */
	const char *problem; /* of this node; NULL: none */
	WrittenPeer *peers;
	size_t n_peers;
	size_t n_leftovers; /* entries of an earlier test that was killed: deleted now */
} WriteTest;

/* As whom, where and how long. */
typedef struct WriteOptions {
	const char *ldap_uri;
	const char *binddn;
	const char *password;
	const char *container; /* NULL: the suffix */
	unsigned node_id;
	unsigned timeout_sec; /* for each of appearing and disappearing */
} WriteOptions;

/*
 * Adds one entry of its own to the database here, watches it appear at every peer that could be
 * read, deletes it and watches it disappear. Before that it asks each peer, as the same identity,
 * whether it takes writes at all. Nothing is left behind: also after a signal (interrupt_hold()
 * first) and with a peer away the entry is deleted here. One test at a time on a node: an entry of
 * an earlier one is taken for a leftover.
 */
void verify_write(Pool *pool, VerifiedDatabase *database, const WriteOptions *options,
		  WriteTest *ret);

/* True when it appeared and disappeared everywhere. */
bool write_test_is_good(const WriteTest *test);

#endif
