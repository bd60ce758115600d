/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_DEADLINE_H
#define SYNCWARD_SESSION_DEADLINE_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/pool.h"

/* A point in time behind which a connection waits no more for its peer. */
typedef struct LinkDeadline {
	unsigned timeout_msec;
	int64_t end_msec; /* of CLOCK_MONOTONIC */
	bool has_passed;
	int first_byte; /* that the peer sent, before any TLS: tells LDAP from others; -1: none yet
			 */
} LinkDeadline;

/*
 * Bounds every wait of an established connection (ldap_init_fd()) for bytes of its peer: libldap's
 * own timeouts end where a TLS handshake begins, and a peer that accepts and then says nothing
 * would hold us for ever. The time runs from now and from each link_deadline_restart(). The result
 * lives in the pool, which must outlive the handle; NULL when libldap does not take it.
 */
LinkDeadline *link_deadline_set(Pool *pool, LDAP *ldap, unsigned timeout_msec);

/* Gives the next operation its full time. */
void link_deadline_restart(LinkDeadline *deadline);

#endif
