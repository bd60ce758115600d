/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_CONSUMER_H
#define SYNCWARD_HEARTBEAT_CONSUMER_H

#include "agent/heartbeat/heartbeat_work.h"

/* The heartbeat of a consumer, which a process writes at a provider while passes go on. */

/* Has it written at the first provider that this node reads and that answered. here: its own copy.
 */
void heartbeat_consumer_begin(HeartbeatWork *work, const Heartbeat *beat, const Content *here);

/* Takes its result once it has ended. */
void heartbeat_consumer_look(HeartbeatWork *work);

#endif
