/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_ENTRY_H
#define SYNCWARD_SESSION_ENTRY_H

#include "agent/peer/session.h"

/* The result of one operation over a link. */
typedef struct LinkAnswer {
	int code; /* LDAP result; negative: no answer came */
	char text[256];
} LinkAnswer;

/* Adds an organizationalRole, which every slapd knows; its cn is the DN's first value. */
LinkAnswer link_add_role(PeerLink *link, const char *dn, const char *description);

/* The attribute gets these values. */
LinkAnswer link_replace(PeerLink *link, const char *dn, const char *attribute,
			const char *const *values, size_t n_values);

LinkAnswer link_delete(PeerLink *link, const char *dn);

/* LDAP_SUCCESS when the entry is there and may be seen, LDAP_NO_SUCH_OBJECT when not. */
LinkAnswer link_look(PeerLink *link, const char *dn);

/* The entry with the values of that attribute; false: it is not shown. Everything in the pool. */
bool link_attribute(PeerLink *link, Pool *pool, const char *dn, const char *attribute, Entry *ret);

/* The entries right below base that match, without attributes; none also when the search fails. */
Tree link_children(PeerLink *link, const char *base, const char *filter);

/* Why a write was not done, for people: a database that is read-only, one that takes writes from
 * its providers only, missing rights, or what the server said. */
const char *link_write_refusal(PeerLink *link, const char *action, const LinkAnswer *answer);

#endif
