/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COPY_RELATION_H
#define SYNCWARD_COPY_RELATION_H

#include "common/base/pool.h"
#include "common/copy/copy.h"

/* Why a database here is not the one that the cluster knows (G10). */
typedef enum Suspicion {
	SUSPICION_NONE,
	SUSPICION_OTHER, /* the peer knows our server ID, and its suffix entry is another one */
	SUSPICION_OLDER, /* the peer has newer changes of our server ID than we */
	SUSPICION_COUNT
} Suspicion;

/* What the content of one peer says against the content here, for the server ID of this node. The
 * peer must have been read before here was, or a change made between the two looks newer. */
Suspicion content_suspicion(const Content *here, const Content *peer, unsigned sid);

/* The same in words, about the peer: "has newer changes of server ID 2 than this node"; "" for
 * none. */
const char *suspicion_describe(Pool *pool, Suspicion suspicion, unsigned sid);

#endif
