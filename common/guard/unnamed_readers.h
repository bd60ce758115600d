/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_UNNAMED_READERS_H
#define SYNCWARD_UNNAMED_READERS_H

#include "common/access/access_lists.h"
#include "common/draft/diff.h"

/*
 * Reports accounts that read the database here from the address of a peer, that peers.json does not
 * name, and from which olcAccess hides something. From here it cannot be seen whether the peer's
 * slapd uses the account, so it is a warning. Has the sessions read where that was not done yet.
 */
void unnamed_readers_find(Diff *diff, const WantedDatabase *wanted, const AccessLists *lists);

/* The DNs of "readers" in peers.json, as JSON has them, and this one beside those that it names, or
 * that count without it; it lives in pool. */
const char *readers_with(Pool *pool, const WantedDatabase *wanted, const char *dn);

#endif
