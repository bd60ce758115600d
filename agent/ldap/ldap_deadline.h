/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_DEADLINE_H
#define SYNCWARD_LDAP_DEADLINE_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/pool.h"

/* How much of a server's bytes is taken before anybody looked at them. The schema of a server with
 * everything that OpenLDAP ships has 0.3 MiB. */
#define LDAP_BYTES_MAX (4U << 20)
/* The same where whole entries are read: a group of 200 000 members has 14 MiB. */
#define LDAP_ENTRY_BYTES_MAX (16U << 20)

/* The limits of what a connection takes from its server: time and bytes. */
typedef struct LdapDeadline {
	unsigned timeout_msec;
	int64_t end_msec; /* of CLOCK_MONOTONIC */
	bool has_passed;
	int first_byte; /* that the server sent, before any TLS: tells LDAP from others; -1: none */
	size_t n_bytes; /* that it sent */
	bool is_bounded;
	size_t bytes_max;
	bool (*takes)(void *data, size_t n_bytes); /* so many more; NULL: up to bytes_max */
	void *data;
	int64_t held_msec; /* that takes() let us wait, which is not the server's time */
	bool is_too_much;  /* it sent more */
} LdapDeadline;

/*
 * Bounds every wait of a connection for bytes of its server: libldap's own timeouts end where a
 * message or a TLS handshake begins, and a server that goes silent would hold us for ever. The time
 * runs from now and from each ldap_deadline_restart(). The result lives in the pool, which must
 * outlive the handle; NULL when libldap does not take it. May be set before libldap connects.
 */
LdapDeadline *ldap_deadline_set(Pool *pool, LDAP *ldap, unsigned timeout_msec);

/* The bytes are bounded, too, from now on. */
void ldap_deadline_bound(LDAP *ldap, LdapDeadline *deadline,
			 bool (*takes)(void *data, size_t n_bytes), void *data);

/* Up to LDAP_ENTRY_BYTES_MAX from now on, unless takes() decides. */
void ldap_deadline_widen(LDAP *ldap, LdapDeadline *deadline);

/* That of a connection; NULL: it has none. */
const LdapDeadline *ldap_deadline_of(LDAP *ldap);

/* Lets libldap read from a connection without TLS as much as is there: by itself it asks the kernel
 * three times for each entry. */
void ldap_read_ahead(LDAP *ldap);

/* Gives the next operation its full time. */
void ldap_deadline_restart(LdapDeadline *deadline);

#endif
