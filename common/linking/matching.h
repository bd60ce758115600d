/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MATCHING_H
#define SYNCWARD_MATCHING_H

#include "common/draft/diff.h"

/* olcSyncrepl values matched to the peers of peers.json, both ways: by URL
 * and rid, then by URL, then by rid. */
typedef struct Matching {
	Diff *diff;
	const DatabasePlan *database;
	const WantedDatabase *wanted;
	const LiveDatabase *live;
	const char *suffix;
	const WantedConsumer **sorted;  /* wanted consumers by provider */
	const WantedConsumer **of_live; /* per live value; NULL: none */
	bool *is_taken;                 /* per wanted consumer */
	const char **listed; /* all peers' URLs in one spelling, sorted; NULL: not needed yet */
} Matching;

/* All lives in the pool of diff. */
Matching matching_make(Diff *diff, const DatabasePlan *database);

/* Who reads from that provider (in one spelling) by peers.json; NULL: nobody. */
const WantedConsumer *matching_find(const Matching *matching, const char *provider);

/* True when the provider (in one spelling) is one of the database's by peers.json, and none that
 * this node shall read. */
bool matching_leaves(const Matching *matching, const char *provider);

/* One of those by whose rid the value is read, while no peer of the file has its URL: that URL may
 * be mistyped in the file. NULL: there is none. */
const Peer *matching_leaves_by_rid(Matching *matching, const LiveConsumer *live);

/* True when that value, which no peer was matched to, reads one that is a consumer by peers.json:
 * by its URL, or its rid where the file has another URL. */
bool matching_is_consumer(Matching *matching, const LiveConsumer *live);

/* True when "keep" names the provider. */
bool provider_is_kept(const DesiredPolicy *policy, const char *provider);

#endif
