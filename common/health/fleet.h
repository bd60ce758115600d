/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FLEET_H
#define SYNCWARD_FLEET_H

#include "common/health/heartbeat.h"

/*
 * The nodes of a database by their heartbeats, as this node's own copy has them. No node was asked:
 * what a node wrote and has not arrived here is not known, and a node that is heard was in that
 * state at the time that its entry says.
 */

/* After so many intervals without a new entry a node counts as silent. */
#define FLEET_SILENT_INTERVALS 3

typedef enum FleetState {
	FLEET_NOT_KNOWN, /* first: it has no entry, or one that does not count */
	FLEET_NONE,      /* a consumer that by peers.json has nowhere to write one */
	FLEET_HEARD,
	FLEET_SILENT,
	FLEET_STATE_COUNT
} FleetState;

typedef struct FleetNode {
	unsigned id;
	const char *uri;
	bool is_consumer;
	bool is_mute; /* a consumer that reads no provider, or nobody beside it */
	bool is_self;
	bool has_beat;
	Heartbeat beat;      /* when it has one */
	const char *ignored; /* why its entry does not count; NULL: it does, or there is none */
} FleetNode;

typedef struct Fleet {
	const char *suffix;
	const char *container;
	unsigned interval_sec;
	int64_t read_sec;    /* when the entries were read last; -1: never */
	const char *problem; /* why they cannot be read now; NULL: they can */
	const char *unsaid;  /* why this node writes none now; NULL: it does */
	FleetNode *nodes;    /* all of the database, by peers.json */
	size_t n_nodes;
	unsigned *provider_ids; /* their server IDs: where consumers write */
	size_t n_provider_ids;
	size_t n_strangers; /* entries of ids that are no nodes of it */
} Fleet;

/* One database of a status or of a daemon each. */
typedef struct Fleets {
	Fleet *items;
	size_t n_items;
} Fleets;

FleetState fleet_node_state(const Fleet *fleet, const FleetNode *node, int64_t now_sec);

/* "not-known", "none", "heard", "silent". */
const char *fleet_state_name(FleetState state);

/* How many nodes are in each state. */
typedef struct FleetCount {
	size_t n[FLEET_STATE_COUNT];
	size_t n_ignored; /* of those that are not known */
} FleetCount;

FleetCount fleet_count(const Fleet *fleet, int64_t now_sec);

/* Nodes that are silent, and heartbeats that do not count: either may end at any moment. */
size_t fleet_count_ill(const Fleet *fleet, int64_t now_sec);

/* Takes in what was read of the container: sets what the nodes, which are there without anything,
 * say. Everything is copied into the pool. */
void fleet_take(Pool *pool, const Tree *entries, const char *account, int64_t now_sec,
		Fleet *fleet);

/* A copy of everything in the pool. */
Fleet fleet_copy(Pool *pool, const Fleet *fleet);

#endif
