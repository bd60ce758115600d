/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONTENT_H
#define SYNCWARD_CONTENT_H

#include "agent/directory.h"
#include "agent/peer_link.h"
#include "common/facts.h"
#include "common/pool.h"
#include "common/syncrepl.h"

/*
 * Reads the database's suffix entry at this server. Never fails: the state and the problem say what
 * happened. No such entry is CONTENT_READ without has_suffix; slapd answers the same when its
 * access rules hide the entry from us.
 */
Content content_read_here(Pool *pool, Directory *directory, const char *suffix);

/*
 * Reads the suffix entry at the provider of a link, the way the consumer would: its bind, its TLS,
 * its timeouts (bounded where they are 0), over a connection of its own that is closed again.
 * Never fails, as above; no problem holds a secret. SASL mechanisms other than EXTERNAL are
 * CONTENT_UNREACHABLE: "could not test".
 */
Content content_read_at_peer(Pool *pool, const Syncrepl *syncrepl, unsigned peer_id,
			     const char *suffix);

/* Reads the suffix entry over a link that is open already. Never fails, as above. */
Content content_read_over(PeerLink *link, const char *suffix);

#endif
