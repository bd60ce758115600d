/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOG_SHUT_H
#define SYNCWARD_LOG_SHUT_H

#include "common/access/access_lists.h"
#include "common/live/live_config.h"
#include "common/wanted/wanted.h"

/*
 * A closed log lets nobody begin a search (LOG_CLOSED), but slapd ends none that has begun, and
 * ending them otherwise may crash it. A log that is shut gives its readers nothing by these
 * searches either: a value in front of its olcAccess hides every entry from them. It must not hide
 * what the filter of a link looks at: for an entry that does not match slapd sends contextCSN
 * alone, and then the change is lost where that arrives (2.5.13, 2.6.10).
 */

/* The value that shuts it, in the pool; NULL: nobody reads it but as its rootdn, from whom slapd
 * hides nothing, or as root_dn, that of the database, with whose rights slapd itself looks in the
 * log which of two changes is newer. */
const char *log_shut_print(Pool *pool, const WantedLog *wanted, const char *root_dn,
			   const LiveDatabase *log);

/* True when that value hides the log with that suffix from every node that reads it by peers.json:
 * each reads by a DN that is known, and none as its rootdn or that of the database. */
bool log_shut_hides_all(const WantedDatabase *wanted, const char *base, const char *root_dn,
			const LiveDatabase *log);

/* The first of its readers from whom nothing can be hidden there; NULL: there is none. */
const char *log_shut_misses(const WantedLog *wanted, const char *root_dn, const LiveDatabase *log);

/* The value that shuts it, as it stands in cn=config; NULL: it is not shut. */
const char *log_shut_find(const LiveDatabase *log);

/* The same lists, as they are when the log is not shut; in the pool where they differ. */
AccessLists log_shut_except(Pool *pool, AccessLists lists);

#endif
