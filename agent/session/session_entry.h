/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_ENTRY_H
#define SYNCWARD_SESSION_ENTRY_H

#include "agent/session/session.h"

/* The result of one operation over a link. */
typedef struct LinkAnswer {
	int code; /* LDAP result; negative: no answer came */
	char text[256];
} LinkAnswer;

/* Adds an entry of that class, whose cn is the DN's first value, with these descriptions. */
LinkAnswer link_add_described(PeerLink *link, const char *dn, const char *class,
			      const char *const *descriptions, size_t n_descriptions);

/* Adds an organizationalRole, which every slapd knows, in the same way. */
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

/* The same with these attributes (ends in NULL), in the pool; the answer says whether those are
 * all. */
LinkAnswer link_list(PeerLink *link, Pool *pool, const char *base, const char *filter,
		     const char *const *attributes, Tree *ret);

/* Why a write was not done, for people: a database that is read-only, one that takes writes from
 * its providers only, missing rights, or what the server said. */
const char *link_write_refusal(PeerLink *link, const char *action, const LinkAnswer *answer);

#endif
