/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_enabled.h"

#include <stdint.h>
#include <strings.h>

#include "common/slapd/dn.h"

#define OLC_DISABLED_OID "1.3.6.1.4.1.4203.1.12.2.3.2.0.21"

/* Every database's suffixes, also of those that are disabled or hidden. */
static const char *const contexts_attributes[] = {"namingContexts", NULL};
static const char *const config_attributes[] = {"olcDisabled", "olcSuffix", NULL};

typedef struct Contexts {
	const Attribute *all;
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

static size_t count_of(const Attribute *suffixes, const char *suffix)
{
	size_t n = 0;

	for (size_t i = 0; suffixes && i < suffixes->n_values; i++)
		n += *suffix ? dn_equal(suffixes->values[i].bytes, suffix)
			     : !*suffixes->values[i].bytes;
	return n;
}

/* One that has the empty suffix is the frontend. */
static size_t databases_of(const Attribute *all, const char *suffix)
{
	const size_t n = count_of(all, suffix);

	return *suffix || n == 0 ? n : n - 1;
}

/* slapd asks the database above in place of one that is disabled. */
static bool is_below_another(const Attribute *all, const char *suffix)
{
	for (size_t i = 0; i < all->n_values; i++)
		if (*all->values[i].bytes && !dn_equal(suffix, all->values[i].bytes) &&
		    dn_is_within(suffix, all->values[i].bytes))
			return true;
	return databases_of(all, "") > 0;
}

static bool is_shown(PeerLink *link, Pool *pool, const char *suffix)
{
	static const char *const nothing[] = {LDAP_NO_ATTRS, NULL};

	return entries_of(link, pool, suffix, LDAP_SCOPE_BASE, "(objectClass=*)", nothing)
		       .n_entries > 0;
}

/*
 * A disabled database answers like one that hides all, or has no entry: 32, and 12 to a control of
 * syncprov (2.5.13, 2.6.10). So its own entry must be seen where nothing else can have sent it, or
 * its entry in cn=config.
 */
static bool is_enabled(PeerLink *link, Pool *pool, const Contexts *contexts, const char *suffix)
{
	const size_t n_databases = databases_of(contexts->all, suffix);
	size_t n_enabled = 0;

	for (size_t i = 0; i < contexts->enabled->n_entries; i++)
		n_enabled += count_of(entry_attribute(&contexts->enabled->entries[i], "olcSuffix"),
				      suffix);
	return n_enabled >= n_databases ||
	       (n_databases == 1 && !is_below_another(contexts->all, suffix) &&
		is_shown(link, pool, suffix));
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
	const Contexts contexts = {
		.all = databases.n_entries > 0
			       ? entry_attribute(&databases.entries[0], contexts_attributes[0])
			       : NULL,
		.enabled = &enabled,
	};

	for (size_t i = 0; contexts.all && i < contexts.all->n_values; i++) {
		const char *suffix = contexts.all->values[i].bytes;

		if (!dn_equal(suffix, "cn=config") && !is_enabled(link, pool, &contexts, suffix))
			return false;
	}
	return contexts.all != NULL;
}

bool link_all_enabled(PeerLink *link)
{
	AUTO(Pool) *pool = pool_new();

	return none_can_be_disabled(link, pool) ||
	       (!any_is_disabled(link, pool) && contexts_are_enabled(link, pool));
}
