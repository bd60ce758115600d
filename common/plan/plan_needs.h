/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PLAN_NEEDS_H
#define SYNCWARD_PLAN_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"
#include "common/base/sha256.h"
#include "common/live/live_config.h"
#include "common/wanted/wanted.h"

/* What the plan would have to know about a database's content before it may decide; the shell reads
 * it and plans again. */
typedef struct Need {
	const char *suffix;
	const WantedDatabase *database; /* NULL: peers.json does not list it, and only this node's
					   content is read */
	bool peers;                     /* not only this node's content */
	bool heirs;                     /* that of the consumers, too */
	bool catches_up;                /* this node's once more, after the answers of links */
	bool coverage; /* whether entries here are newer than what contextCSN has of the server ID
			  below */
	unsigned sid;
	bool readers; /* who is connected here to read */
	bool anybody; /* whether anybody at all is, which takes some seconds */
	bool extra;   /* whether entries are here that a peer had, and has no more */
} Need;

/* A link that must be tried before the plan may replace a working one by it (G6). */
typedef struct LinkNeed {
	const WantedDatabase *database;
	const WantedConsumer *consumer;
	const LiveConsumer
		*former; /* whose view is compared with the new one's; NULL: it is the same */
	const struct LinkProbe *answer; /* that refused it; NULL: it was not tried yet */
	bool can_wait; /* nothing waits for it: the next round of all links will show it as well */
} LinkNeed;

/* An account that peers read with, of which olcAccess leaves open what it may read (G12). */
typedef struct ReaderNeed {
	const WantedDatabase *database;
	const char *reader;
	char basis[SHA256_HEX_SIZE]; /* live_reader_basis() */
} ReaderNeed;

/* Everything that a plan had to do without and needs to know: the shell looks, and the next plan
 * knows it. */
typedef struct PlanNeeds {
	Need *contents;
	size_t n_contents;
	LinkNeed *links;
	size_t n_links;
	ReaderNeed *readers; /* not looked at yet */
	size_t n_readers;
	bool sessions;            /* who reads here now */
	bool multi_provider_name; /* how this server's schema calls the flag */
} PlanNeeds;

/* What is needed of the database's content, so far or from now on: each database is there once,
 * whoever asks, a listed one by what it is to be, others by their suffix. Valid until another one
 * is asked for. */
Need *plan_need_of(Pool *pool, PlanNeeds *needs, const char *suffix,
		   const WantedDatabase *database);

/* Adds to the needs those of another plan from the same input. */
void plan_needs_join(Pool *pool, const PlanNeeds *others, PlanNeeds *needs);

#endif
