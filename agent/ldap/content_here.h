/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONTENT_HERE_H
#define SYNCWARD_CONTENT_HERE_H

#include "agent/ldap/directory.h"
#include "common/base/pool.h"
#include "common/copy/copy.h"

/*
 * Reads the database's suffix entry at this server. Never fails: the state and the problem say what
 * happened. No such entry is CONTENT_READ without has_suffix; slapd answers the same when its
 * access rules hide the entry from us.
 */
Content content_read_here(Pool *pool, Directory *directory, const char *suffix);

/* Looks for entries of that server ID that are newer than what contextCSN (here) has of it. An
 * overlay keeps contextCSN in memory: what is written meanwhile is asked for again. A limit on
 * candidates (size.unchecked) counts all entries below the suffix in mdb, whatever index there is
 * (2.4.57, 2.5.13, 2.6.10: test_limits_for_all). */
void content_coverage_here(Pool *pool, Directory *directory, const char *suffix, unsigned sid,
			   Content *here);

#endif
