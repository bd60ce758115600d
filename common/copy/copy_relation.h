/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_RELATION_H
#define SYNCWARD_COPY_RELATION_H

#include <stdbool.h>

#include "common/base/pool.h"
#include "common/copy/copy.h"

/*
 * How two copies of a database relate. There are two questions, and an answer to the one is none to
 * the other: are they copies of the same database, and who has changes that the other one lacks?
 * What was not seen is unknown, and unknown proves nothing.
 */
typedef enum CopyIdentity {
	COPY_IDENTITY_UNKNOWN, /* of one of them the suffix entry or its entryUUID was not seen */
	COPY_IS_SAME,
	COPY_IS_OTHER, /* made independently of each other: slapd merges two such copies, and
			  entries get lost */
	COPY_IDENTITY_COUNT
} CopyIdentity;

typedef enum CopyOrder {
	COPY_ORDER_UNKNOWN, /* of one of them no contextCSN was seen, or they are not the same */
	COPY_IS_EQUAL,
	COPY_IS_BEHIND, /* this one lacks changes of the other */
	COPY_IS_AHEAD,  /* the other one lacks changes of this */
	COPY_IS_APART,  /* each lacks some of the other */
	COPY_ORDER_COUNT
} CopyOrder;

typedef struct CopyRelation {
	CopyIdentity identity;
	CopyOrder order;
} CopyRelation;

/* By the entryUUID of the suffix entry, which is made with it and never changes (RFC 4530). NULL:
 * not seen. */
CopyIdentity copy_identity(const char *entry_uuid, const char *other_uuid);

/* The peer must have been read before here was, or a change made between the two looks is missing
 * here. */
CopyRelation copy_relation(const Content *here, const Content *peer);

/*
 * True when everything that the peer had seen is here: its contextCSN was seen, and is covered here
 * for each server ID. A peer in the middle of its own first refresh shows entries and no contextCSN
 * (slapd writes it once, at the end), which must never be taken for having nothing more.
 */
bool copy_covers(const Content *here, const Content *peer);

/* True when the peer has changes of that server ID which are not here. */
bool copy_lacks_own(const Content *here, const Content *peer, unsigned sid);

/* True when it was read and holds the suffix entry. */
bool content_has_data(const Content *content);

/* Only syncprov tells the server ID, and a hub gets it last: one without it joins itself. It may
 * have what this node has, and neither has what the one that both read got since. */
bool content_is_provider(const Content *content);

/* Why a database here is not the one that the cluster knows (G10). */
typedef enum Suspicion {
	SUSPICION_NONE,
	SUSPICION_OTHER, /* the peer's suffix entry is another one */
	SUSPICION_OLDER, /* the peer has newer changes of our server ID than we */
	SUSPICION_COUNT
} Suspicion;

/* What the content of one peer proves against the content here, given the server ID of this node.
 */
Suspicion content_suspicion(const Content *here, const Content *peer, unsigned sid);

/*
 * What any of them proves, and which: before anything is written under a server ID, all are looked
 * at that could have newer changes of it, for such a write lets them take these for superseded.
 * ret is written unless it is SUSPICION_NONE.
 */
Suspicion contents_suspicion(const Content *here, const Content *others, size_t n, unsigned sid,
			     const Content **ret);

/* The same in words, about the peer: "has newer changes of server ID 2 than this node"; "" for
 * none. */
const char *suspicion_describe(Pool *pool, Suspicion suspicion, unsigned sid);

#endif
