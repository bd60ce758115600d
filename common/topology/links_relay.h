/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_RELAY_H
#define SYNCWARD_LINKS_RELAY_H

#include "common/topology/links_graph.h"

/* True for a cut between providers by the loss of one of them: when that one is back, slapd may
 * lose some of what both sides wrote (common/copy/fence_apart.h). A hub takes no writes, and gets
 * none from the nodes that read it. */
bool links_cut_may_lose(const LinksCut *cut);

/* True when the loss of the peer makes such a cut: others get each other's changes through it
 * alone. */
bool links_need(const Links *links, const Peer *peer);

/* Into which parts the relays fall without the peer, in whichever direction a link reads: the
 * number of the part by position in nodes, in pool. The peer's own number means nothing. */
size_t *links_parts_without(Pool *pool, const Links *links, const Peer *peer);

#endif
