/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PEER_LINK_H
#define SYNCWARD_PEER_LINK_H

#include <ldap.h>

#include "agent/ldap_answer.h"
#include "agent/link_deadline.h"
#include "common/facts.h"
#include "common/pool.h"
#include "common/syncrepl.h"

/* A connection of our own to the provider of a link, bound the way the consumer binds. */
typedef struct PeerLink {
	Pool *pool;
	const Syncrepl *syncrepl;
	const char *uri;
	LDAP *ldap;
	LinkDeadline *deadline;
	unsigned timeout_msec; /* for each operation */
	ContentState state;    /* CONTENT_READ, or what went wrong */
	const char *problem;   /* why; holds no secret */
} PeerLink;

/*
 * Connects and binds with the link's bind, TLS and timeouts (bounded where they are 0). False with
 * state and problem set when that fails. SASL mechanisms other than EXTERNAL are
 * CONTENT_UNREACHABLE: "could not test". peer_link_close() in any case.
 */
bool peer_link_open(Pool *pool, const Syncrepl *syncrepl, PeerLink *ret);

void peer_link_close(PeerLink *link);

/* Gives the next operation its full time. */
void peer_link_restart(const PeerLink *link);

/* Sets state and problem from an operation's LDAP result: answered and refused, or not reached. */
void peer_link_fail(PeerLink *link, const char *action, int code, const char *text);

#endif
