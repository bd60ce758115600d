/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_glue.h"

#include <stdint.h>

#include "agent/session/session_lookup.h"

#define GLUE_FILTER "(|(objectClass=glue)(structuralObjectClass=glue))"

static const char *const class_attributes[] = {"objectClass", "structuralObjectClass", NULL};

bool glue_find_over(PeerLink *link, Pool *pool, const char *suffix, int n_most, Tree *ret)
{
	LdapAnswer answer = entries_search(link, pool,
					   &(EntriesSearch){.base = suffix,
							    .scope = LDAP_SCOPE_SUBTREE,
							    .filter = GLUE_FILTER,
							    .attributes = class_attributes,
							    .size_limit = n_most});

	answer.entries.is_cut = answer.code == LDAP_SIZELIMIT_EXCEEDED;
	*ret = answer.entries;
	if (answer.code == LDAP_SUCCESS || answer.entries.is_cut)
		return true;
	peer_link_fail(link, PROBE_READ_REFUSED, entries_title(link, suffix), &answer);
	return false;
}

GlueState glue_state_over(PeerLink *link, const char *dn)
{
	AUTO(Pool) *scratch = pool_new();
	const LdapAnswer answer = entries_search(link, scratch,
						 &(EntriesSearch){.base = dn,
								  .scope = LDAP_SCOPE_BASE,
								  .filter = "(objectClass=*)",
								  .attributes = class_attributes,
								  .size_limit = 1});
	const Entry *entry = answer.entries.entries;

	if (answer.code == LDAP_NO_SUCH_OBJECT)
		return GLUE_MISSING;
	if (answer.code != LDAP_SUCCESS)
		return GLUE_NOT_KNOWN;
	if (answer.entries.n_entries == 0)
		return GLUE_MISSING;
	/* Classes that are hidden say nothing. */
	if (!entry_first(entry, "objectClass") || !entry_first(entry, "structuralObjectClass"))
		return GLUE_NOT_KNOWN;
	return entry_has_value(entry, "objectClass", "glue") ||
			       entry_has_value(entry, "structuralObjectClass", "glue")
		       ? GLUE_ITSELF
		       : GLUE_REAL;
}
