/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_entry.h"

#include <stdio.h>
#include <string.h>

/* Waits for what was sent; polls must not grow the link's pool. */
static LinkAnswer answer_wait(PeerLink *link, int sent, const int *id)
{
	AUTO(Pool) *scratch = pool_new();
	LdapAnswer answer = {.code = sent, .text = ""};
	LinkAnswer ret;

	if (sent == LDAP_SUCCESS)
		answer = ldap_answer_wait(scratch, link->ldap, *id, link->timeout_msec);
	ret.code = answer.code;
	(void)snprintf(ret.text, sizeof(ret.text), "%s", answer.text);
	return ret;
}

/* libldap's interface takes texts that may be written to. */
static char **texts_copy(Pool *pool, const char *const *texts, size_t n)
{
	char **copy = pool_alloc(pool, (n + 1) * sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = pool_strdup(pool, texts[i]);
	copy[n] = NULL;
	return copy;
}

LinkAnswer link_add_described(PeerLink *link, const char *dn, const char *class,
			      const char *const *descriptions, size_t n_descriptions)
{
	AUTO(Pool) *scratch = pool_new();
	const char *equals = strchr(dn, '=');
	char *name = pool_copy(scratch, equals + 1, strcspn(equals + 1, ","));
	char *classes[] = {pool_strdup(scratch, class), NULL}, *names[] = {name, NULL};
	LDAPMod object_class = {.mod_type = (char[]){"objectClass"}, .mod_values = classes};
	LDAPMod cn = {.mod_type = (char[]){"cn"}, .mod_values = names};
	LDAPMod text = {.mod_type = (char[]){"description"},
			.mod_values = texts_copy(scratch, descriptions, n_descriptions)};
	LDAPMod *mods[] = {&object_class, &cn, &text, NULL};
	int id;

	peer_link_restart(link);
	return answer_wait(link, ldap_add_ext(link->ldap, dn, mods, NULL, NULL, &id), &id);
}

LinkAnswer link_add_role(PeerLink *link, const char *dn, const char *description)
{
	return link_add_described(link, dn, "organizationalRole", &description, 1);
}

LinkAnswer link_replace(PeerLink *link, const char *dn, const char *attribute,
			const char *const *values, size_t n_values)
{
	AUTO(Pool) *scratch = pool_new();
	LDAPMod mod = {.mod_op = LDAP_MOD_REPLACE,
		       .mod_type = pool_strdup(scratch, attribute),
		       .mod_values = texts_copy(scratch, values, n_values)};
	LDAPMod *mods[] = {&mod, NULL};
	int id;

	peer_link_restart(link);
	return answer_wait(link, ldap_modify_ext(link->ldap, dn, mods, NULL, NULL, &id), &id);
}

LinkAnswer link_delete(PeerLink *link, const char *dn)
{
	int id;

	peer_link_restart(link);
	return answer_wait(link, ldap_delete_ext(link->ldap, dn, NULL, NULL, &id), &id);
}

static int search_send(PeerLink *link, const char *base, int scope, const char *filter, int *ret_id)
{
	char *attributes[] = {(char[]){LDAP_NO_ATTRS}, NULL};

	peer_link_restart(link);
	return ldap_search_ext(link->ldap, base, scope, filter, attributes, 0, NULL, NULL, NULL,
			       LDAP_NO_LIMIT, ret_id);
}

LinkAnswer link_look(PeerLink *link, const char *dn)
{
	int id;

	return answer_wait(link, search_send(link, dn, LDAP_SCOPE_BASE, "(objectClass=*)", &id),
			   &id);
}

bool link_attribute(PeerLink *link, Pool *pool, const char *dn, const char *attribute, Entry *ret)
{
	char *attributes[] = {pool_strdup(pool, attribute), NULL};
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, dn, LDAP_SCOPE_BASE, "(objectClass=*)",
				      attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(pool, link->ldap, id, link->timeout_msec);
	if (answer.entries.n_entries == 0)
		return false;
	*ret = answer.entries.entries[0];
	return true;
}

Tree link_children(PeerLink *link, const char *base, const char *filter)
{
	int id;

	if (search_send(link, base, LDAP_SCOPE_ONELEVEL, filter, &id) != LDAP_SUCCESS)
		return (Tree){0};
	return ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec).entries;
}

LinkAnswer link_list(PeerLink *link, Pool *pool, const char *base, const char *filter,
		     const char *const *attributes, Tree *ret)
{
	AUTO(Pool) *scratch = pool_new();
	size_t n = 0;
	LdapAnswer answer = {.text = ""};
	LinkAnswer said;
	int id;

	while (attributes[n])
		n++;
	peer_link_heard(link);
	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, base, LDAP_SCOPE_ONELEVEL, filter,
				      texts_copy(scratch, attributes, n), 0, NULL, NULL, NULL,
				      LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(pool, link->ldap, id, link->timeout_msec);
	*ret = answer.entries;
	said.code = answer.code;
	(void)snprintf(said.text, sizeof(said.text), "%s", answer.text);
	return said;
}

static const struct {
	int code;
	const char *text; /* in slapd's diagnostic; NULL: any */
	const char *meaning;
} refusals[] = {
	{LDAP_UNWILLING_TO_PERFORM, "operation restricted",
	 "the database is read-only there (olcReadOnly, or olcRestrict)"},
	{LDAP_UNWILLING_TO_PERFORM, "shadow context",
	 "it takes no clients' writes: it is no multi-provider (a node that joins, or that left)"},
	{LDAP_REFERRAL, NULL, "it takes no clients' writes and refers to another server"},
	{LDAP_INSUFFICIENT_ACCESS, NULL,
	 "the identity may not do that: let it write below the container (olcAccess)"},
	{LDAP_NO_SUCH_OBJECT, NULL,
	 "there is no such container, or the identity may not see it (olcAccess)"},
};

const char *link_write_refusal(PeerLink *link, const char *action, const LinkAnswer *answer)
{
	const LdapAnswer whole = {.code = answer->code, .text = answer->text};
	const char *problem;

	if (answer->code <= 0) {
		peer_link_fail(link, PROBE_READ_REFUSED, action, &whole);
		return peer_link_failure(link).problem;
	}
	problem = pool_printf(link->pool, "%s: %s", link->probe->uri,
			      peer_link_answer(link, action, &whole));
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (answer->code == refusals[i].code &&
		    (!refusals[i].text || strstr(answer->text, refusals[i].text)))
			return pool_printf(link->pool, "%s: %s", problem, refusals[i].meaning);
	return problem;
}
