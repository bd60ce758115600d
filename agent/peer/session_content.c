/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/session_content.h"

#include <stdint.h>

Content content_read_over(PeerLink *link, const char *suffix)
{
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_BASE, "(objectClass=*)",
				      (char **)(uintptr_t)content_attributes, 0, NULL, NULL, NULL,
				      1, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.code == LDAP_SUCCESS || answer.code == LDAP_NO_SUCH_OBJECT)
		return content_of(link->pool, &answer.entries);
	peer_link_fail(link, PROBE_READ_REFUSED, pool_printf(link->pool, "search '%s'", suffix),
		       &answer);
	return peer_link_failure(link);
}
