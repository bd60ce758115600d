/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_hand.h"

#include <ldap.h>

/* A write waits for whatever slapd is doing just now. */
#define HAND_PATIENCE "15"

bool heal_hand_open(Pool *pool, const HealHand *hand, const char *ldap_uri, PeerLink *ret,
		    const char **ret_problem)
{
	Syncrepl *socket = pool_alloc(pool, sizeof(*socket));

	*socket = (Syncrepl){.value = {[SYNCREPL_PROVIDER] = ldap_uri,
				       [SYNCREPL_TIMEOUT] = HAND_PATIENCE,
				       [SYNCREPL_BINDMETHOD] = hand->binddn ? "simple" : "sasl",
				       [SYNCREPL_SASLMECH] = hand->binddn ? NULL : "EXTERNAL",
				       [SYNCREPL_BINDDN] = hand->binddn,
				       [SYNCREPL_CREDENTIALS] = hand->password}};
	if (peer_link_open(pool, socket, ret))
		return true;
	*ret_problem = peer_link_failure(ret).problem;
	return false;
}

LinkAnswer heal_touch(PeerLink *link, const char *suffix)
{
	AUTO(Pool) *scratch = pool_new();
	const Attribute *classes;
	Entry entry;

	if (!link_attribute(link, scratch, suffix, "objectClass", &entry) ||
	    !(classes = entry_attribute(&entry, "objectClass")))
		return (LinkAnswer){.code = LDAP_NO_SUCH_OBJECT, .text = "it does not see it"};
	return link_replace(link, suffix, "objectClass", attribute_texts(scratch, classes),
			    classes->n_values);
}
