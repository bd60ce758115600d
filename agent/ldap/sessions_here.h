/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSIONS_HERE_H
#define SYNCWARD_SESSIONS_HERE_H

#include <stddef.h>
#include <stdint.h>

#include "agent/ldap/directory.h"
#include "common/access/reader_watch.h"

/*
 * The connections to this slapd that have an operation that goes on (monitorConnectionOpsExecuting
 * of cn=Connections, as a consumer's search in Persist has on 2.4 to 2.6), everything in the pool.
 * A client that only looks is gone after a moment, and this search is one of them. -1: slapd does
 * not show it, and err says why.
 */
int sessions_here_read(Directory *directory, Pool *pool, Tree *ret, Error *err);

/* Those that are bound as one of the DNs and began before that time. */
typedef struct SessionsAsked {
	const char *const *dns;
	size_t n_dns;
	int64_t before_sec;
} SessionsAsked;

/* How many these are, and from where each of them comes (NULL: slapd does not tell), in the pool;
 * -1: slapd does not tell at all. */
int sessions_here_find(Directory *directory, Pool *pool, const SessionsAsked *asked,
		       const char ***ret_addresses);

/* Looks until it can be told whether anybody reads here, for 6 s at most; goes on: slapd does not
 * tell at all. */
ReaderWatch sessions_here_watch(Directory *directory);

#endif
