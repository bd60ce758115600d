/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_ANSWER_H
#define SYNCWARD_LDAP_ANSWER_H

#include <ldap.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/base/tree.h"

/* One operation's answer. */
typedef struct LdapAnswer {
	bool is_stopped;  /* LDAP_TIMEOUT, because we must stop */
	int code;         /* LDAP result; LDAP_TIMEOUT: none came; LDAP_SERVER_DOWN: never will */
	const char *text; /* slapd's diagnostic, as sent; may be "" */
	const char
		*matched; /* with "no such object": the nearest entry that exists; "": not given */
	Tree entries;     /* what a search found */
	bool is_locked;   /* a refused bind: the account is locked, and the server says so (ppolicy)
			   */
	Value sync_done;  /* what a synchronisation ended with (RFC 4533); bytes NULL: nothing */
} LdapAnswer;

/* How long to wait for an answer. */
typedef struct LdapPatience {
	unsigned timeout_msec;
	bool (*must_stop)(void); /* true: no longer than the grace; NULL: never */
	unsigned grace_msec;
} LdapPatience;

/* A wait for one message or several. */
typedef struct LdapWait {
	LDAP *ldap;
	const LdapPatience *patience;
	const struct LdapDeadline *deadline; /* NULL: the connection has none */
	int64_t held_msec;                   /* of the deadline, by which end_msec was put off */
	int64_t end_msec;
	bool is_stopped;
} LdapWait;

/* Begins to wait on that connection; the patience must live as long. */
LdapWait ldap_wait_begin(LDAP *ldap, const LdapPatience *patience);

/* The type of the next message, which is the caller's; 0: none came in time; negative: libldap
 * failed. */
int ldap_wait_message(LdapWait *wait, int message_id, LDAPMessage **ret);

/* Waits for the whole answer to one request. Never abandons it: after LDAP_TIMEOUT the rest can be
 * waited for. Everything lives in the pool. */
LdapAnswer ldap_answer_wait(Pool *pool, LDAP *ldap, int message_id, unsigned timeout_msec);
LdapAnswer ldap_answer_await(Pool *pool, LDAP *ldap, int message_id, const LdapPatience *patience);

/* Sends a simple bind that asks, with a control that servers may ignore, why it is refused; returns
 * an LDAP result and the message id. */
int ldap_bind_simple_send(LDAP *ldap, const char *dn, const char *password, int *ret_message_id);

/* Sends a SASL EXTERNAL bind; returns an LDAP result and the message id. */
int ldap_bind_external_send(LDAP *ldap, int *ret_message_id);

/* Options that make libldap independent of ldap.conf(5) and of the user's environment. */
void ldap_set_plain_options(LDAP *ldap, unsigned connect_timeout_msec);

static inline void ldap_handle_release(LDAP *ldap)
{
	if (ldap)
		(void)ldap_unbind_ext(ldap, NULL, NULL);
}
DEFINE_CLEANUP(LDAP, ldap_handle_release)

#endif
