/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MERGE_INTERNAL_H
#define SYNCWARD_MERGE_INTERNAL_H

#include "common/adopt/merge_source.h"

/* What the files merge*.c share. */

/* One node reads another one, as the file of the first has it. */
typedef struct MergeLink {
	size_t source;
	size_t database;
	size_t provider; /* positions in MergePeers.peers */
	size_t consumer;
	unsigned rid;
	Syncrepl values; /* credentials: where they come from, see credentials_text() */
} MergeLink;

/* What one file says of one database. */
typedef struct MergeHolding {
	const DesiredDatabase *given; /* NULL: its node does not hold it */
	size_t first;                 /* its links */
	size_t n_links;
} MergeHolding;

/* The peers of all files, by id. */
typedef struct MergePeers {
	Peer *peers;
	size_t n_peers;
	size_t *named_in;  /* per peer: the first file that has it */
	size_t *source_of; /* per peer: the file of its node; n_sources: none */
} MergePeers;

/* What a person is told. */
typedef struct MergeSaid {
	const char **disagreements;
	size_t n_disagreements;
	const char **notes;
	size_t n_notes;
} MergeSaid;

typedef struct Merge {
	Pool *pool;
	const MergeSource *sources;
	size_t n_sources;
	MergePeers nodes;
	unsigned n_gateways; /* "topology"; 0: a mesh, or lists of whom each reads */
	const char **site_names;
	size_t n_site_names;
	DesiredDatabase *databases;
	size_t n_databases;
	MergeHolding *holdings; /* per file and database */
	MergeLink *links;       /* by file, then database */
	size_t n_links;
	MergeSaid said;
} Merge;

void merge_disagree(Merge *merge, const char *format, ...) PRINTF_LIKE(2, 3);
void merge_note(Merge *merge, const char *format, ...) PRINTF_LIKE(2, 3);

/* The peer with that id; n_peers: none. */
size_t merge_peer(const Merge *merge, unsigned id);

/* The peer on which the file was written. */
const Peer *merge_author(const Merge *merge, size_t source);

/* True when peers.json may say that the first of two peers reads the other one. */
bool merge_may_read(const Merge *merge, size_t peer, size_t other);

const MergeHolding *merge_holding(const Merge *merge, size_t source, size_t database);

/* The document as far as it is. */
Desired merge_document(const Merge *merge);

/* The stages; each needs that those before it found no disagreement. Peers by id and URL: */
void merge_peers(Merge *merge);
/* databases by suffix, who holds them, and all links: */
void merge_databases(Merge *merge);
/* whom each peer reads: */
void merge_reads(Merge *merge);
/* that in short, where gateways connect sites: */
void merge_topology(Merge *merge);
/* the keywords of all links, on as few levels as can be: */
void merge_keywords(Merge *merge);
/* their rids: */
void merge_rids(Merge *merge);
/* what is managed beside links: */
void merge_managed(Merge *merge);
/* and "policy". */
void merge_policy(Merge *merge, Desired *desired);

/* Whether the node of each file finds its links in the document as they are. */
void merge_prove(Merge *merge, const Desired *desired);

#endif
