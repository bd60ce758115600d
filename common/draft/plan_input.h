/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PLAN_INPUT_H
#define SYNCWARD_PLAN_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/access/reader_views.h"
#include "common/access/reader_watch.h"
#include "common/copy/copy.h"
#include "common/entries/copy_extra.h"
#include "common/entries/old_entries.h"
#include "common/link/link_probes.h"
#include "common/live/live_config.h"
#include "common/live/machine.h"
#include "common/memory/memory.h"
#include "common/plan/consent.h"
#include "common/slapd/dn.h"
#include "common/wanted/wanted.h"

/* Connections of readers to this slapd. */
typedef struct ReadersHere {
	bool was_asked;
	int n_sessions;         /* that lasted for a moment already; -1: slapd does not tell */
	const char **addresses; /* from where each comes; NULL, or a NULL item: not told */
	ReaderWatch anybody;    /* whoever reads here; goes on: not asked, or not told */
} ReadersHere;

/* What became of the changes that were here before slapd started, where the database is in another
 * file than the one in which they were seen. */
typedef struct BeforeStart {
	DatabaseFile file; /* now */
	bool was_asked;    /* entries that are as old as the filter of emptied_ids.h says: */
	bool has_entries;
} BeforeStart;

/* Facts about one database that cn=config does not tell. peers holds only those that were asked. */
typedef struct DatabaseFacts {
	const char *suffix;
	Content here;
	Content *peers; /* that this node reads */
	size_t n_peers;
	Content *others; /* the other providers */
	size_t n_others;
	Content *heirs; /* consumers, where they were asked */
	size_t n_heirs;
	Content glance; /* here, read for this node alone: no peer was asked with it */
	OldEntries old;
	BeforeStart before;
	ReadersHere readers;
	CopyExtra extra; /* against one peer of which everything is here */
} DatabaseFacts;

/* Goes through the answers of all providers of the database, whether this node reads them or not;
 * NULL: there are no more. Peers that were not asked are not among them. */
static inline const Content *facts_everybody(const DatabaseFacts *facts, size_t at)
{
	if (at < facts->n_peers)
		return &facts->peers[at];
	return at - facts->n_peers < facts->n_others ? &facts->others[at - facts->n_peers] : NULL;
}

/* What the shell knows about this machine and the cluster besides the tree it read. */
typedef struct Facts {
	Machine machine;
	DatabaseFacts *databases;
	size_t n_databases;
	const LinkProbes *probes; /* of links, made before; NULL: none */
	const ReaderViews *views; /* what readers were seen to read here; NULL: nobody looked */
	int64_t now_sec;          /* when the look was made, since 1970 */
} Facts;

/* What is known of the database's content; NULL: it was not asked. */
static inline DatabaseFacts *facts_of(const Facts *facts, const char *suffix)
{
	for (size_t i = 0; i < facts->n_databases; i++)
		if (dn_equal(facts->databases[i].suffix, suffix))
			return &facts->databases[i];
	return NULL;
}

/* What a person asked for besides the file. */
typedef struct PlanOptions {
	Consent consent;
	bool renews_tls;     /* consumers that hold older TLS files are made anew */
	const char *sha256;  /* of peers.json */
	const char *rollout; /* why a new revision waits; NULL: none does. And peers.json is */
	bool goes_on;        /* the revision in force meanwhile, not the new one */
	const char *multi_provider_attribute; /* as this server's schema calls it; NULL: not asked
						 yet */
} PlanOptions;

/* All that a plan is made from, as a value. */
typedef struct PlanInput {
	const Desired *desired;
	const char *not_listed; /* why no peer is this node; NULL: wanted is set */
	const Wanted *wanted;
	const Live *live;
	const Facts *facts;
	const Known *known;
	PlanOptions options;
} PlanInput;

#endif
