/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_UNTENDED_H
#define SYNCWARD_UNTENDED_H

#include "common/draft/diff.h"

/*
 * The server ID is that of all databases of slapd, also of those to which syncward writes nothing:
 * peers.json does not list them, or they are refused. Where one of them is replicated, by whatever
 * hand, a server ID that changes beneath it loses its changes as it would those of a listed one.
 */

/* The suffix of such a database that has syncprov, the multi-provider flag or olcSyncrepl; NULL: it
 * is not one of these, or a log of changes, of which no peer keeps a copy. */
const char *untended_suffix(const Diff *diff, const DatabasePlan *database);

/* "o=x, which peers.json does not list", or why it is refused. */
const char *untended_words(const Diff *diff, const DatabasePlan *database);

/* What it holds here, or why that cannot be known; where nobody looked yet it is asked for. */
const Content *untended_content(Diff *diff, const DatabasePlan *database);

/* G5: what one of them has against this node's new server ID, up to what ends it; NULL: nothing, or
 * they are still to be looked at. */
const char *untended_server_id_problem(Diff *diff);

#endif
