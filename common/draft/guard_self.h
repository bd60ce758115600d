/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_SELF_H
#define SYNCWARD_GUARD_SELF_H

#include "common/draft/diff.h"

/* True when another peer's URL leads to slapd here: slapd would take it for its own, or it listens
 * at that address, in figures or as the peer was reached. Of a name under which nothing was reached
 * yet that is not known. */
bool peer_is_myself(const Diff *diff, unsigned peer_id);

/* Finds them by address, once for each plan. */
void peers_find_myself(Diff *diff);

/* The peer that slapd here is by the URLs that it listens at, or by an address of this machine, and
 * not the one that this node was named ("node" of agent.json, --node); NULL: nothing says so. */
const Peer *peer_that_listens_here(const Diff *diff);

/* True when the provider (in one spelling) is this node as peers.json has it, whatever slapd makes
 * of that. */
bool provider_names_us(const Diff *diff, const char *provider);

/* True when the value reads from this server: as slapd says; where its listeners are unknown, as
 * peers.json says. */
bool consumer_is_myself(const Diff *diff, const LiveConsumer *consumer);

/* Holds links to peers that are this server under another name: slapd takes such a value, starts
 * nothing, and refuses it the second time (20). */
void guard_self_named(Diff *diff);

#endif
