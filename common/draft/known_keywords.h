/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_KNOWN_KEYWORDS_H
#define SYNCWARD_KNOWN_KEYWORDS_H

#include "common/draft/diff.h"

/*
 * One peers.json serves slapd of several releases. An olcSyncrepl value with a keyword that this
 * slapd does not know is refused as a whole, and the node would read nobody.
 */

/* wanted, with links as this slapd takes them: without what it does not know and a link does
 * without. A copy in the pool if something is left out. Has the release asked if it matters. */
const Wanted *known_keywords_of(Diff *diff, const Wanted *wanted);

/* A note for each database of asked whose links lack something in diff->in->wanted for that. */
void known_keywords_tell(Diff *diff, const Wanted *asked);

#endif
