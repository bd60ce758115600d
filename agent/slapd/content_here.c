/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/content_here.h"

#include <ldap.h>
#include <stdint.h>

static const char *const content_attributes[] = {"entryUUID", "contextCSN", NULL};

static Content content_of(Pool *pool, const Tree *tree)
{
	const Entry *entry = tree->n_entries > 0 ? &tree->entries[0] : NULL;
	const Attribute *csns = entry ? entry_attribute(entry, "contextCSN") : NULL;
	Content content = {.state = CONTENT_READ, .has_suffix = entry != NULL};

	if (entry)
		content.entry_uuid = entry_first(entry, "entryUUID");
	content.context_csns = attribute_texts(pool, csns);
	content.n_context_csns = csns ? csns->n_values : 0;
	return content;
}

Content content_read_here(Pool *pool, Directory *directory, const char *suffix)
{
	const DirectoryQuery query = {
		.base = suffix,
		.scope = DIRECTORY_BASE,
		.attributes = content_attributes,
	};
	Tree tree = {0};
	Error err = {0};

	if (directory_read(directory, &query, pool, &tree, &err) == 0 ||
	    err.code == LDAP_NO_SUCH_OBJECT)
		return content_of(pool, &tree);
	return (Content){
		.state = err.class == ERROR_UNREACHABLE ? CONTENT_UNREACHABLE : CONTENT_DENIED,
		.problem = pool_strdup(pool, err.text),
	};
}

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
