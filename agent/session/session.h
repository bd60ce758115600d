/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_H
#define SYNCWARD_SESSION_H

#include "agent/session/session_step.h"

/*
 * Connects and binds with the link's bind, TLS and timeouts (bounded where they are 0). False when
 * that fails: peer_link_failure() says why. peer_link_close() in any case. Blocks as long as name
 * resolution and the timeouts take.
 */
bool peer_link_open(Pool *pool, const Syncrepl *syncrepl, PeerLink *ret);

/* The same with hooks that watch, and with steps and faults put into the caller's probe, whose uri
 * is set. */
bool peer_link_open_watched(Pool *pool, const Syncrepl *syncrepl, const LinkHooks *hooks,
			    Probe *probe, PeerLink *ret);

void peer_link_close(PeerLink *link);

#endif
