/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_bind.h"

#include "agent/ldap/ldap_local.h"
#include "common/copy/csn_set.h"

/* With TLS 1.3 a server that misses our certificate says so only after the handshake. */
static bool is_taken_back(const PeerLink *link, int code)
{
	return code == LDAP_SERVER_DOWN && !link->deadline->has_passed &&
	       link->probe->steps[PROBE_TLS] == PROBE_GOOD;
}

static bool bind_wait(PeerLink *link, const char *title, LdapAnswer *answer, int id)
{
	if (answer->code == LDAP_SUCCESS)
		*answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (is_taken_back(link, answer->code) && peer_link_explain_tls(link))
		link->probe->steps[PROBE_TLS] = PROBE_BAD;
	else if (answer->code != LDAP_SUCCESS)
		peer_link_fail(link, answer->is_locked ? PROBE_ACCOUNT_LOCKED : PROBE_BIND_REFUSED,
			       title, answer);
	else
		link->probe->steps[PROBE_BIND] = PROBE_GOOD;
	return answer->code == LDAP_SUCCESS;
}

/* Until here the link is as it should be: name, port and TLS were tried. */
static bool not_spoken(PeerLink *link)
{
	const char *mechanism = link->syncrepl->value[SYNCREPL_SASLMECH];

	link->probe->steps[PROBE_BIND] = PROBE_UNKNOWN;
	probe_add_fault(link->pool, link->probe, PROBE_NOT_SPOKEN,
			"not known: it is read with SASL %s, and syncward itself speaks only "
			"EXTERNAL",
			mechanism ? mechanism : "(no saslmech)");
	return false;
}

static bool bind_external(PeerLink *link)
{
	LdapAnswer answer = {.text = ""};
	int id = 0;

	if (!peer_link_has(link, SYNCREPL_SASLMECH, "EXTERNAL"))
		return not_spoken(link);
	answer.code = ldap_bind_external_send(link->ldap, &id);
	return bind_wait(link, "bind with SASL EXTERNAL", &answer, id);
}

/* Asks for one entry as anonymous clients see it; returns an LDAP result and the message id. */
static int look_send(const PeerLink *link, const char *dn, LDAPControl **controls, int *ret_id)
{
	char *attributes[] = {(char[]){"contextCSN"}, NULL};

	return ldap_search_ext(link->ldap, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0,
			       controls, NULL, NULL, LDAP_NO_LIMIT, ret_id);
}

/* What it saw; false: nothing. ret_code is the search's result. */
static bool look_hear(const PeerLink *link, int sent, int id, Entry *ret, int *ret_code)
{
	LdapAnswer answer = {.code = sent, .text = ""};

	peer_link_restart(link);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.entries.n_entries > 0)
		*ret = answer.entries.entries[0];
	*ret_code = answer.code;
	return answer.entries.n_entries > 0;
}

/* What a refusal says of a password: everything, or less. */
typedef enum Lack {
	LACK_NOTHING,
	LACK_ACCOUNT,
	LACK_MAYBE, /* the account is missing, or hidden from anonymous clients */
} Lack;

/*
 * A server without the account, or without its last change, refuses a password and thereby says
 * nothing about it: a node that joins must still ask the others, and this one again when it has
 * caught up. It is looked at before the bind: behind it the account may have come meanwhile. In a
 * refresh the suffix entry comes first, the contextCSN behind everything else. A server that hides
 * the suffix from anonymous clients looks like an empty one. One that shows how far it has come,
 * and no account, may have it all the same: it hears a wrong password once, and not again.
 */
static Lack lacks_account(PeerLink *link, const char *dn, int *ret_code)
{
	const char *account_csn = link->hooks->account_csn;
	int suffix_id = 0, account_id = 0, suffix_sent, account_sent, suffix_code;
	bool sees_suffix, sees_account, is_absent;
	Entry suffix = {0}, account = {0};
	const Attribute *csns;

	if (!link->probe->suffix)
		return LACK_NOTHING;
	peer_link_restart(link);
	suffix_sent = look_send(link, link->probe->suffix, NULL, &suffix_id);
	account_sent = look_send(link, dn, NULL, &account_id); /* one way there and back for both */
	sees_suffix = look_hear(link, suffix_sent, suffix_id, &suffix, &suffix_code);
	*ret_code = suffix_code;
	if (suffix_code < 0)
		return LACK_NOTHING;
	sees_account = look_hear(link, account_sent, account_id, &account, ret_code);
	if (!sees_suffix)
		return suffix_code == LDAP_NO_SUCH_OBJECT ? LACK_ACCOUNT : LACK_NOTHING;
	csns = entry_attribute(&suffix, "contextCSN");
	if (csns && account_csn)
		return csn_is_ahead(account_csn, attribute_texts(link->pool, csns), csns->n_values)
			       ? LACK_ACCOUNT
			       : LACK_NOTHING;
	is_absent = !sees_account && *ret_code == LDAP_NO_SUCH_OBJECT;
	return !is_absent ? LACK_NOTHING : csns ? LACK_MAYBE : LACK_ACCOUNT;
}

/*
 * An empty database, and one that hides all, look alike to anonymous clients (2.4, 2.5, 2.6).
 * Whether the overlay is there is reported of both: no node reads a database without it, so it is
 * none that a cluster knows.
 */
static bool lacks_overlay(PeerLink *link, int *ret_code)
{
	LDAPControl sync = peer_link_refresh_only();
	LDAPControl *controls[] = {&sync, NULL};
	Entry entry;
	int id = 0;
	const int sent = look_send(link, link->probe->suffix, controls, &id);

	(void)look_hear(link, sent, id, &entry, ret_code);
	return *ret_code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION;
}

static LinkBind bind_outcome(int code, Lack lack)
{
	static const LinkBind refused[] = {
		[LACK_NOTHING] = LINK_BIND_REFUSED,
		[LACK_ACCOUNT] = LINK_BIND_OTHER,
		[LACK_MAYBE] = LINK_BIND_REFUSED_ALONE,
	};

	if (code == LDAP_SUCCESS)
		return LINK_BIND_GOOD;
	return code == LDAP_INVALID_CREDENTIALS ? refused[lack] : LINK_BIND_OTHER;
}

static bool bind_simple(PeerLink *link)
{
	const char *dn = link->syncrepl->value[SYNCREPL_BINDDN];
	const char *password = link->syncrepl->value[SYNCREPL_CREDENTIALS];
	const bool is_watched = password && *password && link->hooks && link->hooks->may_bind;
	const char *title = pool_printf(link->pool, "bind as '%s'", dn ? dn : "");
	LdapAnswer answer = {.text = ""};
	Lack lack = LACK_NOTHING;
	bool is_good;
	int id = 0;

	if (is_watched && !link->hooks->may_bind(link->hooks->data, link->probe))
		return false;
	peer_link_enter(link, PROBE_BIND, 4 * link->timeout_msec); /* anew: it may have waited */
	if (is_watched)
		lack = lacks_account(link, dn, &answer.code);
	if (answer.code == LDAP_NO_SUCH_OBJECT)
		link->probe->is_unbegun = lacks_overlay(link, &answer.code);
	/* A server that is silent now, or gone, would be so after the bind. */
	if (answer.code >= 0) {
		peer_link_restart(link);
		answer.code = ldap_bind_simple_send(link->ldap, dn ? dn : "",
						    password ? password : "", &id);
	}
	is_good = bind_wait(link, title, &answer, id);
	if (is_watched)
		link->hooks->bound(link->hooks->data, bind_outcome(answer.code, lack));
	return is_good;
}

/* A consumer with an authzid binds as one and reads as another one (RFC 4370): whether it may is
 * shown by the first search. */
static bool act_as(PeerLink *link)
{
	const char *authzid = link->syncrepl->value[SYNCREPL_AUTHZID];

	if (!authzid || !*authzid)
		return true;
	link->as = pool_alloc(link->pool, sizeof(*link->as));
	*link->as = ldap_act_as_control(link->pool, authzid);
	if (ldap_act_as(link->pool, link->ldap, authzid) == LDAP_SUCCESS)
		return true;
	return peer_link_not_tested(link, PROBE_DIED, "libldap does not take the authzid");
}

bool session_bind(PeerLink *link)
{
	peer_link_enter(link, PROBE_BIND, 0);
	return (peer_link_has(link, SYNCREPL_BINDMETHOD, "sasl") ? bind_external(link)
								 : bind_simple(link)) &&
	       act_as(link);
}
