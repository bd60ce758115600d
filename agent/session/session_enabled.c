/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_enabled.h"

#include <stdint.h>
#include <string.h>

#include "common/slapd/dn.h"

#define OLC_DISABLED_OID "1.3.6.1.4.1.4203.1.12.2.3.2.0.21"

static const char *const contexts_attributes[] = {"namingContexts", NULL};
static const char *const config_attributes[] = {"olcDisabled", "olcSuffix", NULL};

typedef struct Contexts {
	const char **names; /* of every database's suffixes, also if it is disabled or hidden */
	size_t n_names;
	const Tree *enabled; /* those of cn=config that are shown not to be disabled */
} Contexts;

static Tree entries_of(PeerLink *link, Pool *pool, const char *base, int scope, const char *filter,
		       const char *const *attributes)
{
	LdapAnswer answer = {.text = ""};
	int id;

	answer.code =
		ldap_search_ext(link->ldap, base, scope, filter, (char **)(uintptr_t)attributes, 0,
				NULL, NULL, NULL, LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(pool, link->ldap, id, link->timeout_msec);
	return answer.entries;
}

/* Before 2.5 there is no such attribute. The filter is false, too, for who may not search it. */
static bool none_can_be_disabled(PeerLink *link, Pool *pool)
{
	static const char *const nothing[] = {LDAP_NO_ATTRS, NULL};

	return entries_of(link, pool, "cn=Subschema", LDAP_SCOPE_BASE,
			  "(!(attributeTypes=" OLC_DISABLED_OID "))", nothing)
		       .n_entries > 0;
}

/* In one spelling; what is no DN is equal to none. */
static const char **names_of(Pool *pool, const Attribute *values)
{
	const char **names =
		pool_alloc(pool, ((values ? values->n_values : 0) + 1) * sizeof(*names));

	for (size_t i = 0; values && i < values->n_values; i++) {
		names[i] = dn_normalise(pool, values->values[i].bytes);
		if (!names[i])
			names[i] = "?";
	}
	return names;
}

static size_t count_of(const char *const *names, size_t n_names, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < n_names; i++)
		n += strcmp(names[i], name) == 0;
	return n;
}

/* One that has the empty name is the frontend. */
static size_t databases_of(const Contexts *contexts, const char *name)
{
	const size_t n = count_of(contexts->names, contexts->n_names, name);

	return *name || n == 0 ? n : n - 1;
}

/* slapd asks the database above in place of one that is disabled. */
static bool is_below_another(const Contexts *contexts, const char *name)
{
	for (size_t i = 0; i < contexts->n_names; i++)
		if (*contexts->names[i] && strcmp(name, contexts->names[i]) != 0 &&
		    dn_is_within(name, contexts->names[i]))
			return true;
	return databases_of(contexts, "") > 0;
}

static bool is_shown(PeerLink *link, Pool *pool, const char *base)
{
	static const char *const nothing[] = {LDAP_NO_ATTRS, NULL};

	return entries_of(link, pool, base, LDAP_SCOPE_BASE, "(objectClass=*)", nothing).n_entries >
	       0;
}

/*
 * A disabled database answers like one that hides all, or has no entry: 32, and 12 to a control of
 * syncprov (2.5.13, 2.6.10). So its own entry must be seen where nothing else can have sent it, or
 * its entry in cn=config.
 */
static bool is_enabled(PeerLink *link, Pool *pool, const Contexts *contexts, const char *name)
{
	const size_t n_databases = databases_of(contexts, name);
	size_t n_enabled = 0;

	for (size_t i = 0; i < contexts->enabled->n_entries; i++) {
		const Attribute *served =
			entry_attribute(&contexts->enabled->entries[i], "olcSuffix");

		n_enabled += count_of(names_of(pool, served), served ? served->n_values : 0, name);
	}
	return n_enabled >= n_databases || (n_databases == 1 && !is_below_another(contexts, name) &&
					    is_shown(link, pool, name));
}

static bool any_is_disabled(PeerLink *link, Pool *pool)
{
	const Tree config = entries_of(link, pool, "cn=config", LDAP_SCOPE_ONELEVEL,
				       "(objectClass=olcDatabaseConfig)", config_attributes);

	for (size_t i = 0; i < config.n_entries; i++)
		if (entry_has_value(&config.entries[i], "olcDisabled", "TRUE"))
			return true;
	return false;
}

/* Who may not read olcDisabled sees none: the filter is then not true for any entry. */
static Tree enabled_of_config(PeerLink *link, Pool *pool)
{
	return entries_of(link, pool, "cn=config", LDAP_SCOPE_ONELEVEL,
			  "(&(objectClass=olcDatabaseConfig)(!(olcDisabled=TRUE)))",
			  config_attributes);
}

static bool contexts_are_enabled(PeerLink *link, Pool *pool)
{
	const Tree databases = entries_of(link, pool, "cn=Databases,cn=Monitor", LDAP_SCOPE_BASE,
					  "(objectClass=*)", contexts_attributes);
	const Tree enabled = enabled_of_config(link, pool);
	const Attribute *all = databases.n_entries > 0 ? entry_attribute(&databases.entries[0],
									 contexts_attributes[0])
						       : NULL;
	const Contexts contexts = {.names = names_of(pool, all),
				   .n_names = all ? all->n_values : 0,
				   .enabled = &enabled};

	for (size_t i = 0; i < contexts.n_names; i++)
		if (strcmp(contexts.names[i], "cn=config") != 0 &&
		    !is_enabled(link, pool, &contexts, contexts.names[i]))
			return false;
	return contexts.n_names > 0;
}

bool link_all_enabled(PeerLink *link)
{
	AUTO(Pool) *pool = pool_new();

	return none_can_be_disabled(link, pool) ||
	       (!any_is_disabled(link, pool) && contexts_are_enabled(link, pool));
}
