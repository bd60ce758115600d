/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_H
#define SYNCWARD_COMPARE_H

#include "agent/pass/look.h"
#include "common/copy/comparison.h"
#include "common/desired/wanted.h"

/* How far it is. */
typedef struct CompareProgress {
	const char *suffix;
	const char *where; /* a URI, or "this node" */
	size_t n_read;
	size_t n_counted; /* 0: nobody knows */
	size_t n_waiting; /* differences that are looked at again; 0: it is still read */
} CompareProgress;

typedef struct CompareOptions {
	const char *ldap_uri;     /* of this node's slapd */
	const char *suffix;       /* this database alone; NULL: all */
	const unsigned *peer_ids; /* these peers alone; NULL: all */
	size_t n_peer_ids;
	unsigned lag_sec; /* what differs so long is told; before, it is looked at again */
	bool attributes;  /* the contents of what has the same version, too */
	unsigned rate;    /* entries read from one server in a second at most; 0: no bound */
	void (*progress)(void *data, const CompareProgress *progress); /* NULL: nobody watches */
	void *progress_data;
} CompareOptions;

/*
 * Which entries of the databases differ between this node and its peers, by entryUUID and entryCSN,
 * read over the links' own binds; here as root over ldapi:/// or, where that sees less, with the
 * account of a link. Writes nothing. Never fails: what could not be read is not comparable, and
 * says why. Takes 32 bytes an entry of this node. Everything lives in the pool.
 */
void compare_run(Pool *pool, const CompareOptions *options, const Wanted *wanted,
		 const World *world, ComparedDatabase **ret, size_t *ret_n);

/* True when the options let this database, or this peer, be compared. */
bool compare_wants_database(const CompareOptions *options, const WantedDatabase *database);
bool compare_wants_peer(const CompareOptions *options, unsigned peer_id);

#endif
