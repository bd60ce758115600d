/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_CONTENTS_H
#define SYNCWARD_COMPARE_CONTENTS_H

#include "agent/session/session_entries.h"
#include "common/entries/comparison.h"

typedef struct ContentsQuestion {
	PeerLink *here;
	PeerLink *there;
	const char *suffix;
	EntrySet *contents; /* those here, sorted: marks with digests */
	bool here_sees_all; /* attributes, too: by olcAccess */
	EntriesTaker taker; /* of the peer's; take is not used */
} ContentsQuestion;

/*
 * Adds the entries of which both have the same version and other contents: the peer is read once
 * more, with all attributes, and what differs from the digests is looked at on both sides. Keeps
 * names of attributes, no values. What keeps it from the end is comparison->contents_problem; what
 * differs in its version is known all the same.
 */
void contents_compare(const ContentsQuestion *question, Comparison *comparison);

#endif
