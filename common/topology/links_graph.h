/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINKS_GRAPH_H
#define SYNCWARD_LINKS_GRAPH_H

#include "common/topology/links.h"

/* What one node writes never reaches another one. */
typedef struct LinksCut {
	const Peer *from;
	const Peer *to;
	const Peer *lost; /* while this one is away; NULL: even with all present */
} LinksCut;

/* True when the database is in parts; ret is one example. */
bool links_are_cut(const Links *links, LinksCut *ret);

/* The same while the relay at that position in nodes is away; false for other nodes. */
bool links_are_cut_without(const Links *links, size_t lost, LinksCut *ret);

typedef struct LinksCuts {
	LinksCut *items;
	size_t n_items;
} LinksCuts;

/* One for each node whose loss parts the others. */
LinksCuts links_cuts_by_loss(Pool *pool, const Links *links);

/* The largest number of links that a change crosses, and between which nodes. */
typedef struct LinksWay {
	unsigned n_hops; /* 0: no node reads another one */
	const Peer *from;
	const Peer *to;
} LinksWay;

LinksWay links_longest_way(const Links *links);

/* The nodes that read each relay, by position. */
RelaySet *links_turned(Pool *pool, const Links *links);

/* How many nodes read each relay. */
size_t *links_count_readers(Pool *pool, const Links *links);

#endif
