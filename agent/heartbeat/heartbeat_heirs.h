/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_HEIRS_H
#define SYNCWARD_HEARTBEAT_HEIRS_H

#include "agent/found/daemon_follow.h"
#include "agent/heartbeat/heartbeat_work.h"

/* What the consumers of a provider show, one for each, since slapd was connected to;
 * CONTENT_UNKNOWN: it is still to be asked. None where the heartbeat was already written over this
 * connection. */
const Content *heartbeat_heirs(const HeartbeatWork *work, size_t *ret_n);

/* Asks those that are still to be asked, until all are heard. */
void heartbeat_heirs_ask(const HeartbeatWork *work, const Content *heirs, size_t n, Follow *ret);

/* Reports a consumer that has newer changes of this node, or another database: no link shows it. */
void heartbeat_heirs_report(const HeartbeatWork *work, const HeartbeatLook *look);

#endif
