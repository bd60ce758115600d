/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WANTED_READERS_H
#define SYNCWARD_WANTED_READERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"
#include "common/desired/desired.h"

struct Links; /* common/topology/links.h */

/* Which peers read this node, by what peers.json says about them. */

/* A log of a database's changes, from which other peers read it (delta-syncrepl). */
typedef struct WantedLog {
	const char *base;
	const char **readers; /* the DNs by which they do */
	size_t n_readers;
} WantedLog;

/* The DN by which the peer reads this node; with an authzid that is the account that reads, not the
 * one that binds. NULL: the DN is not known, because the provider derives it from a name or a
 * certificate. */
const char *wanted_reader(const DesiredDatabase *given, const Peer *self, const Peer *consumer);

/* True when a peer that reads this node does so with a simple bind. */
bool wanted_is_read_simply(const struct Links *links, const Peer *self);

/* The logs of the database that others read here, and that "delta" has slapd look in when this node
 * reads theirs; returns how many. Strings are borrowed. */
size_t wanted_logs(Pool *pool, const struct Links *links, const Peer *self, WantedLog **ret);

#endif
