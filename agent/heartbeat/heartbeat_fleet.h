/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_FLEET_H
#define SYNCWARD_HEARTBEAT_FLEET_H

#include "agent/heartbeat/heartbeat_work.h"

/* True when it is time to read the entries of all nodes. */
bool heartbeat_fleet_is_due(const HeartbeatWork *work);

/* Reads them from this node's own copy, over the link, which it opens. What cannot be read is not
 * known; the line's trouble says why. */
void heartbeat_fleet_read(HeartbeatWork *work);

/* True when this node's own entry does not count although only this node should write it: it is
 * made anew. */
bool heartbeat_own_is_ignored(const Fleet *fleet);

/* The entry was written at that time: ends the trouble, and reads the entries again. */
void heartbeat_said_take(HeartbeatWork *work, const Heartbeat *beat, uint64_t at_usec);

/* Why nothing can be written or read, while that lasts; "": there is no trouble. release: NULL, or
 * what ends it. */
void heartbeat_trouble(HeartbeatLine *line, const char *what, const char *release);

/* The same where there is no container. */
void heartbeat_no_container(const HeartbeatWork *work);

#endif
