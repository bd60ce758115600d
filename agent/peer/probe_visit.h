/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_VISIT_H
#define SYNCWARD_PROBE_VISIT_H

#include "agent/session/session.h"

/* How much is asked of a peer once the bind was taken. */
typedef enum ProbeDepth {
	PROBE_DEPTH_CONTENT, /* the suffix entry, its contextCSN */
	PROBE_DEPTH_ID,      /* also whether it is a provider, its server ID and its clock */
	PROBE_DEPTH_WHOLE,
} ProbeDepth;

/*
 * Connects to the provider of a link as its consumer would, asks, and closes. Never fails: probe,
 * of which uri, suffix and peer_id are set, says what was found. Blocks as long as name resolution
 * and the link's timeouts take: for a process of its own (agent/peer/probe_round.h).
 */
void peer_visit(Pool *pool, const Syncrepl *syncrepl, ProbeDepth depth, const LinkHooks *hooks,
		Probe *probe);

#endif
