/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SILENT_PEERS_H
#define SYNCWARD_SILENT_PEERS_H

#include <stddef.h>

#include "common/base/pool.h"
#include "common/copy/copy.h"

/* Peers from which a pass heard nothing: later looks of the pass do not wait for them again. */
typedef struct SilentPeers {
	Pool *pool; /* outlives the looks */
	struct SilentPeer *items;
	size_t n_items;
	size_t next; /* behind the one found last: looks go through them in one order */
} SilentPeers;

/* The one among the first n, so many as there were when a look began, which adds others itself;
 * NULL: it is none of them. The value moves when one is added: nobody keeps it. */
const Content *silent_peers_find(SilentPeers *silent, size_t n, const char *suffix,
				 unsigned peer_id);

/* Keeps a copy where the peer was not reached; others are no silent ones. */
void silent_peers_add(SilentPeers *silent, const char *suffix, const Content *content);

#endif
