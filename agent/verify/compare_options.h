/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_OPTIONS_H
#define SYNCWARD_COMPARE_OPTIONS_H

#include "agent/ldap/directory.h"
#include "common/link/known_links.h"
#include "common/wanted/wanted.h"

/* How far it is. */
typedef struct CompareProgress {
	const char *suffix;
	const char *where; /* a URI, or "this node" */
	size_t n_read;
	size_t n_counted; /* 0: not known */
	size_t n_waiting; /* differences that are looked at again; 0: it is still read */
} CompareProgress;

typedef struct CompareOptions {
	Directory *directory;          /* this node's slapd, which shows the accounts' entries */
	const KnownLinks *known_links; /* that were seen to work */
	const char *ldap_uri;          /* of this node's slapd */
	const char *suffix;            /* this database alone; NULL: all */
	const unsigned *peer_ids;      /* these peers alone; NULL: all */
	size_t n_peer_ids;
	unsigned lag_sec; /* what differs for that long is reported; before that, it is looked at
			     again */
	bool attributes;  /* the contents of what has the same version, too */
	unsigned rate;    /* entries read from one server in a second at most; 0: no bound */
	void (*progress)(void *data, const CompareProgress *progress); /* NULL: not watched */
	void *progress_data;
} CompareOptions;

/* True when the options let this database, or this peer, be compared. */
bool compare_wants_database(const CompareOptions *options, const WantedDatabase *database);
bool compare_wants_peer(const CompareOptions *options, unsigned peer_id);

#endif
