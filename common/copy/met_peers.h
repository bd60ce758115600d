/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MET_PEERS_H
#define SYNCWARD_MET_PEERS_H

#include "common/base/pool.h"
#include "common/copy/copy.h"
#include "common/copy/peer_ids.h"

/*
 * Who showed entries of the database when it last told what it holds: before, joined with what the
 * peers show now. One that shows nothing, or another database than the one here, is none of them
 * any more; one that does not tell is what it was. All in the pool.
 */
PeerIds met_peers_join(Pool *pool, const PeerIds *before, const Content *here, const Content *peers,
		       size_t n_peers);

#endif
