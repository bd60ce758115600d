/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_H
#define SYNCWARD_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/tree.h"

/* How much is known about the content of a database at one server. */
typedef enum ContentState {
	CONTENT_UNKNOWN,     /* not asked yet */
	CONTENT_READ,        /* asked and answered */
	CONTENT_UNREACHABLE, /* no answer: name, network, TLS */
	CONTENT_DENIED,      /* the server answered and refused us: bind or access */
	CONTENT_STATE_COUNT
} ContentState;

/* Whether some entry of one server ID has a newer CSN than contextCSN has of that ID: a refresh
 * would never delete it. */
typedef enum CopyCoverage {
	COPY_COVERAGE_NOT_ASKED,
	COPY_COVERAGE_UNKNOWN, /* it could not be told: coverage_problem */
	COPY_COVERAGE_CUT,     /* a limit hides some of the entries from us */
	COPY_HAS_NEWER,
	COPY_IS_COVERED
} CopyCoverage;

/* How much of the entries that are here our account was seen to see at a peer. */
typedef enum CopyShown {
	COPY_NOT_LOOKED,
	COPY_NOT_SURE, /* nothing was seen to be hidden, and of some entries it is not known */
	COPY_HIDES,    /* surely */
	COPY_SHOWS_ALL,
	COPY_SHOWN_COUNT
} CopyShown;

/* The entry at the top of a database. */
typedef struct SuffixEntry {
	bool exists;
	const char *uuid; /* entryUUID */
	const char *csn;  /* entryCSN */
	const char **object_classes;
	size_t n_object_classes;
} SuffixEntry;

/* How far the account that read sees everything. */
typedef struct ContentView {
	CopyCoverage coverage; /* of the server ID that somebody asked for */
	const char *coverage_problem;
	CopyShown sight;
	const char *hides; /* names of attributes and counts, where it hides something */
} ContentView;

/* What a database holds at one server, as far as joining must know (two-phase joining,
 * G10). */
typedef struct Content {
	unsigned peer_id; /* whose; 0 for this node itself */
	ContentState state;
	const char *address; /* where it was reached; NULL: it was not */
	const char *problem; /* why it could not be read; NULL otherwise */
	SuffixEntry entry;
	ContentView view;
	const char **context_csns;
	size_t n_context_csns;
	int server_id;    /* it runs under; 0: not told */
	bool is_open_hub; /* a hub, which needs none, and that can be read */
	bool has_clock;
	long clock_ahead_sec; /* its clock minus ours */
	bool lacks_database;  /* the server says that it has no database of that suffix */
	bool nobody_listens;  /* its machine answered that no server is there */
	bool is_unbegun;      /* it showed anonymous clients no account of ours, and has no syncprov
				 overlay, and refused a password that this server takes: so is one
				 before anything was set up */
} Content;

/* What to ask the suffix entry for. */
extern const char *const content_attributes[];

/* What the answer says: the suffix entry, or a tree without an entry where there is none. */
Content content_of(Pool *pool, const Tree *tree);

#endif
