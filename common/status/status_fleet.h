/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_FLEET_H
#define SYNCWARD_STATUS_FLEET_H

#include "common/json/json_document.h"
#include "common/json/json_write.h"
#include "common/status/status_view.h"

/* What the status has about all nodes, by their heartbeats: the part of the document, one line for
 * each node for people, and what is wrong with any of them. */

/* Nothing where there are none. */
void fleets_put(JsonOut *out, const Fleets *fleets, int64_t now_sec);

/* Reads it back; what is missing is not known. */
Fleets fleets_read(Pool *pool, const JsonNode *root);

/* True when nothing that is printed is missing. */
bool fleets_are_whole(const Fleets *fleets);

/* One line for each node, with a heading for each database; says so if there are none. */
const char *fleets_text(Pool *pool, const Status *status, int64_t now_sec);

/* The same for monitoring systems, after the first line: each line begins with a line end. */
void fleets_lines(Pool *pool, Buf *out, const Status *status, int64_t now_sec);

typedef struct FleetProblem {
	CheckLevel level;
	const char *text;
} FleetProblem;

typedef struct FleetProblems {
	FleetProblem *items;
	size_t n_items;
} FleetProblems;

/* In the order of the nodes. If peers.json has no heartbeat, nothing is known of any node. */
FleetProblems fleets_judge(Pool *pool, const Status *status, int64_t now_sec);

/* False while the entries of any database cannot be read: what does not count is not known then. */
bool fleets_are_read(const Fleets *fleets);

/* Of all databases together. */
FleetCount fleets_count(const Fleets *fleets, int64_t now_sec);

#endif
