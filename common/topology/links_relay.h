/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_RELAY_H
#define SYNCWARD_LINKS_RELAY_H

#include "common/topology/links_graph.h"

/* True for a cut between providers by the loss of one: when that one is back, slapd may lose some
 * of what both sides wrote (common/copy/fence_apart.h). A hub takes no writes, and nothing comes to
 * it from behind. */
bool links_cut_may_lose(const LinksCut *cut);

/* True when the loss of the peer makes such a cut: others get each other's changes through it
 * alone. */
bool links_need(const Links *links, const Peer *peer);

/* Into which parts the relays fall without the peer, whoever of two linked ones reads the other: by
 * position in nodes the number of the part, in pool. The peer's own says nothing. */
size_t *links_parts_without(Pool *pool, const Links *links, const Peer *peer);

#endif
