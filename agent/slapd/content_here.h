/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONTENT_HERE_H
#define SYNCWARD_CONTENT_HERE_H

#include "agent/slapd/directory.h"
#include "common/base/pool.h"
#include "common/copy/copy.h"

/*
 * Reads the database's suffix entry at this server. Never fails: the state and the problem say what
 * happened. No such entry is CONTENT_READ without has_suffix; slapd answers the same when its
 * access rules hide the entry from us.
 */
Content content_read_here(Pool *pool, Directory *directory, const char *suffix);

/* True when no entry that we may see has a CSN newer than this one. */
bool content_is_covered(Directory *directory, const char *suffix, const char *csn);

#endif
