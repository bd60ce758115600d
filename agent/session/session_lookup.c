/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_lookup.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/ldap/ldap_local.h"
#include "agent/session/session_enabled.h"
#include "common/base/buf.h"
#include "common/slapd/dn.h"

static const char *const count_attributes[] = {"namingContexts", "olmMDBEntries", NULL};
const char *const entries_mark_attributes[] = {"entryUUID", "entryCSN", NULL};
const char *const entries_all_attributes[] = {LDAP_ALL_USER_ATTRIBUTES,
					      LDAP_ALL_OPERATIONAL_ATTRIBUTES, NULL};

LDAPControl entries_manage_control(void)
{
	static char oid[] = LDAP_CONTROL_MANAGEDSAIT;

	return (LDAPControl){.ldctl_oid = oid, .ldctl_iscritical = 1};
}

const char *entries_title(const PeerLink *link, const char *suffix)
{
	return pool_printf(link->pool, "read the entries of '%s'", suffix);
}

/* "cn=Database 2,cn=Databases,cn=Monitor". With several suffixes in one database it is not known
 * whose entries they are. */
static size_t database_count(const Entry *entry, const char *suffix)
{
	const Attribute *suffixes = entry_attribute(entry, "namingContexts");
	const char *count = entry_first(entry, "olmMDBEntries");

	if (!suffixes || !count || suffixes->n_values != 1 ||
	    !dn_equal(suffixes->values[0].bytes, suffix))
		return 0;
	return strtoul(count, NULL, 10);
}

size_t entries_count_over(PeerLink *link, const char *suffix)
{
	AUTO(Pool) *scratch = pool_new();
	LdapAnswer answer = {.text = ""};
	size_t n = 0;
	int id;

	if (!link || !link_revive(link))
		return 0;
	peer_link_restart(link);
	if (!link_all_enabled(link))
		return 0;
	answer.code = ldap_search_ext(link->ldap, "cn=Databases,cn=Monitor", LDAP_SCOPE_ONELEVEL,
				      "(olmMDBEntries=*)", (char **)(uintptr_t)count_attributes, 0,
				      NULL, NULL, NULL, LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(scratch, link->ldap, id, link->timeout_msec);
	for (size_t i = 0; i < answer.entries.n_entries && n == 0; i++)
		n = database_count(&answer.entries.entries[i], suffix);
	return n;
}

const char *link_whoami(PeerLink *link)
{
	struct berval *id = NULL;
	const char *dn = NULL;

	if (!link->ldap)
		return NULL;
	peer_link_restart(link);
	if (ldap_whoami_s(link->ldap, &id, NULL, NULL) == LDAP_SUCCESS)
		dn = !id || !id->bv_val || id->bv_len == 0 ? ""
		     : strncasecmp(id->bv_val, "dn:", 3) == 0
			     ? pool_copy(link->pool, id->bv_val + 3, id->bv_len - 3)
			     : NULL;
	ber_bvfree(id);
	return dn;
}

/* What lets an account be anybody stands in its own entry: true unless that is seen not to be
 * there, or to be without it. slapd names the nearest entry above one that is missing, and none
 * above one that it hides. */
static bool may_have_authz_to(PeerLink *link, const char *dn, const char *suffix)
{
	static const char *const attributes[] = {"authzTo", NULL};
	AUTO(Pool) *scratch = pool_new();
	LdapAnswer answer = {.matched = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, dn, LDAP_SCOPE_BASE, "(objectClass=*)",
				      (char **)(uintptr_t)attributes, 0, NULL, NULL, NULL,
				      LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(scratch, link->ldap, id, link->timeout_msec);
	if (answer.code == LDAP_NO_SUCH_OBJECT)
		return dn_is_within(dn, suffix) && !(answer.matched && *answer.matched);
	return answer.code != LDAP_SUCCESS || answer.entries.n_entries != 1 ||
	       entry_attribute(&answer.entries.entries[0], "authzTo");
}

bool link_is_rootdn(PeerLink *link, const char *suffix, const char *root_dn)
{
	const char *anybody = pool_printf(link->pool, "cn=anybody%s%s", *suffix ? "," : "", suffix);
	const char *dn = link->as ? NULL : link_whoami(link);

	if (!dn || !*dn || !root_dn || !dn_equal(dn, root_dn) ||
	    may_have_authz_to(link, dn, suffix))
		return false;
	if (ldap_local_become(link->pool, link->ldap, anybody) != LDAP_SUCCESS)
		return false;
	dn = link_whoami(link);
	(void)ldap_set_option(link->ldap, LDAP_OPT_SERVER_CONTROLS, NULL);
	return dn && dn_equal(dn, anybody);
}

bool link_revive(PeerLink *link)
{
	PeerLink again;
	bool is_open;

	if (link_whoami(link))
		return true;
	peer_link_close(link);
	is_open = peer_link_open(link->pool, link->syncrepl, &again);
	*link = again;
	/* A connection that was opened but not bound would read anonymously. */
	if (!is_open)
		peer_link_close(link);
	return is_open;
}

/* --- some of them --- */

static const char *find_filter(Pool *pool, const EntryMark *wanted, size_t n)
{
	Buf filter = BUF_IN(pool);

	buf_puts(&filter, "(|");
	for (size_t i = 0; i < n; i++)
		buf_printf(&filter, "(entryUUID=%s)", entry_mark_uuid(pool, &wanted[i]));
	buf_putc(&filter, ')');
	return buf_text(&filter);
}

LdapAnswer entries_search(PeerLink *link, Pool *pool, const EntriesSearch *search)
{
	LDAPControl manage = entries_manage_control();
	LDAPControl *controls[] = {&manage, link->as, NULL};
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_heard(link);
	answer.code = ldap_search_ext(link->ldap, search->base, search->scope, search->filter,
				      (char **)(uintptr_t)search->attributes, 0, controls, NULL,
				      NULL, search->size_limit, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(pool, link->ldap, id, ENTRIES_PATIENCE_MSEC);
	return answer;
}

static bool read_some(PeerLink *link, Pool *pool, const char *suffix, const char *filter,
		      const char *const *attributes, Tree *ret)
{
	LdapAnswer answer;

	if (!link->ldap)
		return false;
	answer = entries_search(link, pool,
				&(EntriesSearch){.base = suffix,
						 .scope = LDAP_SCOPE_SUBTREE,
						 .filter = filter,
						 .attributes = attributes,
						 .size_limit = LDAP_NO_LIMIT});
	if (answer.code == LDAP_SUCCESS)
		*ret = answer.entries;
	else
		peer_link_fail(link, PROBE_READ_REFUSED, entries_title(link, suffix), &answer);
	return answer.code == LDAP_SUCCESS;
}

void link_widen(PeerLink *link)
{
	if (link->ldap)
		ldap_deadline_widen(link->ldap, link->deadline);
}

bool link_got_too_much(const PeerLink *link)
{
	return link->deadline && link->deadline->is_too_much;
}

bool entries_read_some(PeerLink *link, Pool *pool, const char *suffix, const EntryMark *wanted,
		       size_t n_wanted, Tree *ret)
{
	link_widen(link);
	return read_some(link, pool, suffix, find_filter(pool, wanted, n_wanted),
			 entries_all_attributes, ret);
}

static bool find_some(PeerLink *link, Pool *pool, const char *suffix, const char *filter,
		      FoundEntries *ret)
{
	Tree tree;

	if (!read_some(link, pool, suffix, filter, entries_mark_attributes, &tree))
		return false;
	for (size_t i = 0; i < tree.n_entries; i++) {
		const Entry *entry = &tree.entries[i];
		FoundEntry found = {.dn = entry->dn};

		if (entry_mark_read(entry_first(entry, "entryUUID"), entry_first(entry, "entryCSN"),
				    &found.mark))
			POOL_PUSH(pool, ret->items, ret->n_items, found);
	}
	return true;
}

bool entries_find_over(PeerLink *link, Pool *pool, const char *suffix, const EntryMark *wanted,
		       size_t n_wanted, FoundEntries *ret)
{
	FoundEntries found = {0};

	for (size_t i = 0; i < n_wanted; i += ENTRIES_SOME_MAX) {
		const size_t n = n_wanted - i < ENTRIES_SOME_MAX ? n_wanted - i : ENTRIES_SOME_MAX;

		if (!find_some(link, pool, suffix, find_filter(pool, wanted + i, n), &found))
			return false;
	}
	*ret = found;
	return true;
}
