/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_COPIES_H
#define SYNCWARD_JOINING_COPIES_H

#include "common/draft/diff.h"

/* One database's copies, here and at the peers that were asked, and what is remembered of it. */
typedef struct Joining {
	Diff *diff;
	const WantedDatabase *wanted;
	const LiveDatabase *live;
	const Content *here;
	const Content *peers; /* that this node reads */
	size_t n_peers;
	size_t n_everybody;   /* with the other providers behind them */
	const Content *heirs; /* consumers, where they were asked */
	size_t n_heirs;
	const char *suffix;
	unsigned our_id;
	bool was_joining; /* a first refresh was not complete, as remembered */
	bool is_fenced;   /* it was older than it had been when slapd started, and is closed: it
			     joins, though it is a provider */
	bool is_apart;    /* it was complete, and joins only because it is a relay that was away:
			     was_joining with it */
} Joining;

/* All in the plan's pool, or borrowed from the arguments. */
Joining joining_of(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);

/* The address of the peer, for people. */
const char *joining_uri(const Joining *joining, const Content *peer);

/* The same, with the reason why it could not be read; NULL: it could be read. */
const char *joining_problem(const Joining *joining, const Content *peer);

const Hold *joining_hold(const Joining *joining, Guard guard, const char *text,
			 const char *release);

/* A reason to wait that says nothing about the copy here: nothing is remembered of it but what
 * peers showed. */
const Hold *joining_wait_for(const Joining *joining, Guard guard, const char *text,
			     const char *release);

/* The same of a copy that joins. */
const Hold *joining_wait(const Joining *joining, const char *text, const char *release);

/* Whether clients can write to the database now, for people. */
const char *joining_clients(const Joining *joining);

/* content_is_provider() */
bool joining_is_provider(const Content *peer);

/* True when this node reads the peer as the rootdn, as it is called here: only that one sees
 * everything whatever olcAccess says; to all others slapd says "no such object" also of what they
 * may not see. */
bool joining_reads_as_rootdn(const Joining *joining, const Content *peer);

/*
 * True when the peer let our account in, which lies in the database, and showed no suffix entry: so
 * it has data and hides it. The rootdn needs no entry, and an account elsewhere tells nothing.
 */
bool joining_peer_hides(const Joining *joining, const Content *peer);

/*
 * True for one that has completed a refresh of its own, or never needed one: it shows contextCSN.
 * Of one that shows none a person may say so (--release joining).
 */
bool joining_can_be_read(const Joining *joining, const Content *peer);

/* The one to read first: a provider if there is one, of them those that know most server IDs, of
 * these the first by id; NULL: there is none. */
const Content *joining_source(const Joining *joining);

/* True when the peer has data and shows no contextCSN, or hides both: what it has is not known. */
bool joining_is_silent(const Joining *joining, const Content *peer);

/* True when all providers of the database, also those that this node does not read, were asked and
 * showed what they have; where there is no provider, all consumers: one in its own refresh, and one
 * that hides it, may have what nobody else shows. */
bool joining_all_told(const Joining *joining);

/* What any peer showed since this database began to join, and is not here; where the fence closed
 * it and not every peer tells what it has, also what this node itself had written. */
SeenChanges joining_missing(const Joining *joining);

/* Has the memory note that nothing of the peers is missing here, as far as these rules or a person
 * can tell. */
void joining_note_complete(const Joining *joining);

#endif
