/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LDAP_LOCAL_H
#define SYNCWARD_LDAP_LOCAL_H

#include "agent/ldap/ldap_answer.h"
#include "agent/system/budget.h"

/* A further connection to the slapd of this machine, for asking it as somebody else. */
typedef struct LdapLocal {
	const char *uri; /* ldapi:///, or another ldapi URL */
	const char *dn;  /* binds with DN and password; NULL: with SASL EXTERNAL, as this process */
	const char *password;
	Budget budget;
} LdapLocal;

/* Connects and binds; the pool must outlive the connection. code is LDAP_SUCCESS and *ret the
 * caller's; else *ret stays as it was and the answer says why. */
LdapAnswer ldap_local_open(Pool *pool, const LdapLocal *options, LDAP **ret);

/* Has every further operation done as that DN (RFC 4370): slapd lets the rootdn do that without any
 * setting of its own. Returns an LDAP result. */
int ldap_local_become(Pool *pool, LDAP *ldap, const char *dn);

/* The same with "dn:..." or "u:...", as a link's authzid has it. It is not sent with an operation
 * that has controls of its own, which needs this control as well. */
int ldap_act_as(Pool *pool, LDAP *ldap, const char *authzid);
LDAPControl ldap_act_as_control(Pool *pool, const char *authzid);

/* As whom slapd knows the connection (RFC 4532); NULL: it does not say. */
const char *ldap_local_whoami(Pool *pool, LDAP *ldap, unsigned timeout_msec);

#endif
