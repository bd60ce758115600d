/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MEMORY_H
#define SYNCWARD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/copy/fence.h"
#include "common/copy/peer_ids.h"
#include "common/copy/seen_changes.h"
#include "common/health/canary.h"
#include "common/link/hiding_peers.h"
#include "common/link/known_links.h"
#include "common/link/password_gate.h"
#include "common/live/consumer_age.h"
#include "common/memory/contest.h"

/* What the agent remembers of one database since it first saw it. */
typedef struct KnownDatabase {
	const char *suffix;
	const char **
		foreign; /* provider URIs that were there before us: removed only by release (G4) */
	size_t n_foreign;
	bool is_joining;         /* it was empty, and its first refresh was not complete */
	SeenChanges seen;        /* at peers, while it was joining */
	PeerIds met;             /* the same: also those of which it has everything */
	int64_t source_gone_sec; /* since when the peer that it reads first cannot be asked; 0: it
				    can */
	bool is_consumer;        /* this node was one when it was last in step with it, or joined */
	bool is_rising; /* it is to be a provider, by a person's word, and has no flag yet; or a
			   hub, and has no overlay yet */
	bool refers_updates; /* syncward wrote its olcUpdateRef */
	bool is_complete;    /* judged so since then, by what its peers showed or by a person;
				with suspect: before that was found */
	const char *filled;  /* where it was last seen with entries and contextCSN
				(common/draft/emptied.h); NULL: nowhere */
	bool was_partial;    /* by peers.json not every provider read every other one, and it was
				not seen since that this node reads all of them */
	PeerIds linked;      /* that it read when it was last in step */
	const char *suspect; /* why it is not the database that the cluster knows (G10), until a
				person releases or empties it; NULL: in step */
} KnownDatabase;

/* An entry that slapd changed in memory but not on disk (disk full, read-only): to be written once
 * more. */
typedef struct UnsavedEntry {
	const char *dn;
	const char *attribute;     /* NULL: the whole entry has no file */
	const char *slapd_started; /* a later start loaded what the disk holds; NULL: not known */
} UnsavedEntry;

/* A database that this node left by `syncward leave`. */
typedef struct LeftDatabase {
	const char *suffix;
	bool was_closed; /* leave made it read-only: rejoining ends that */
} LeftDatabase;

/*
 * `syncward heal` is about to give this server another server ID, or has: while this is remembered
 * the server ID that it had comes back before anything else is written.
 */
typedef struct KnownHeal {
	const char *suffix;  /* the database that it is for */
	unsigned sid;        /* that this node writes under meanwhile */
	unsigned server_id;  /* that it had, and gets back */
	const char **values; /* olcServerID as it was, verbatim */
	size_t n_values;
} KnownHeal;

/* The newest revision of peers.json that was here. */
typedef struct KnownRevision {
	bool has_revision;
	unsigned long revision;
	const char *sha256; /* of the peers.json with that revision */
	bool is_staged;     /* that one has policy.rollout */
	KnownRollout rollout;
} KnownRevision;

/* That this node left by `syncward leave`. */
typedef struct KnownLeave {
	LeftDatabase *databases; /* none: it did not leave */
	size_t n_databases;
	const char *time;  /* generalized time */
	bool is_rejoining; /* a person let it come back */
} KnownLeave;

/* What links to peers were seen to do. */
typedef struct KnownPeers {
	KnownLinks links;
	HidingPeers hiding;
	const char **worked; /* links that did when this pass began; not kept on disk */
	size_t n_worked;
	ConsumerAge *ages; /* of those that had older TLS files than there are, at the last look */
	size_t n_ages;
	ProbeRefusals refusals; /* binds that peers refused: not to be repeated */
} KnownPeers;

/* What was asked of this slapd, and what of it is not settled. */
typedef struct KnownServer {
	UnsavedEntry *unsaved;
	size_t n_unsaved;
	int64_t indexed_sec; /* when it was last asked to build an index over entries; 0:
				never */
	const char *restarted_consumers; /* its start time for which scrambled consumers were
					    already healed; NULL: never */
} KnownServer;

/* Who was this node when it was last in step. */
typedef struct KnownSelf {
	const char *machine; /* machine-id(5); NULL: unknown */
	unsigned node;       /* its id then */
} KnownSelf;

/* What the agent remembers between passes, as a value: the shell reads and writes it (state
 * folder). */
typedef struct Known {
	KnownRevision latest;
	KnownDatabase *databases;
	size_t n_databases;
	const char **complete; /* suffixes of those that this pass saw to be complete */
	size_t n_complete;
	KnownServer server;
	ContestList contests; /* attributes that were corrected lately */
	KnownLeave leave;
	KnownPeers peers;
	KnownSelf self;
	const KnownHeal *heal; /* that did not end; NULL: none */
	FenceRecords fence;    /* what it found before slapd started */
	LastSeenAll seen;      /* noted for it */
} Known;

/* What is remembered of the database; NULL when nothing. */
const KnownDatabase *known_database(const Known *known, const char *suffix);

/* What `syncward leave` did to the database; NULL: nothing. */
const LeftDatabase *known_left(const KnownLeave *leave, const char *suffix);

/* What an earlier look found out of that link's consumer; NULL: nothing. */
const ConsumerAge *known_age(const KnownPeers *peers, const char *suffix, unsigned peer_id);

/* True when the database was in step with peers.json before, and nothing spoke against it since. */
bool known_was_in_step(const Known *known, const char *suffix);

/* The same, and it was seen then that nothing of its peers was missing: 0.1.0 did not look. */
bool known_was_complete(const Known *known, const char *suffix);

/* True when the database read that peer when it was last in step. */
bool known_is_linked(const Known *known, const char *suffix, unsigned peer_id);

/* True when a provider was there before the agent, or the database was never in step: not ours to
 * remove. */
bool known_is_foreign(const Known *known, const char *suffix, const char *uri);

#endif
