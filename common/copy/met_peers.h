/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MET_PEERS_H
#define SYNCWARD_MET_PEERS_H

#include "common/base/pool.h"
#include "common/copy/copy.h"
#include "common/copy/peer_ids.h"

/*
 * The peers that showed entries of the database when they last told what they hold: those known
 * before, joined with what the peers show now. A peer that shows nothing, or a database other than
 * the one here, is no longer among them; one that does not tell keeps its place. All in the pool.
 */
PeerIds met_peers_join(Pool *pool, const PeerIds *before, const Content *here, const Content *peers,
		       size_t n_peers);

#endif
