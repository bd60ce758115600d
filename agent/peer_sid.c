/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer_sid.h"

#include <ldap.h>

#include "agent/ldap_result.h"
#include "agent/peer_link.h"
#include "common/csn.h"

/* syncRequestValue (RFC 4533): SEQUENCE { ENUMERATED refreshOnly (1) }, without a cookie. */
static char refresh_only[] = "\x30\x03\x0a\x01\x01";

/* The cookie in a syncDoneValue; NULL when it has none. */
static const char *cookie_of(Pool *pool, const Value *sync_done)
{
	struct berval value = {.bv_len = sync_done->len}, cookie;
	const char *found = NULL;
	BerElement *ber;
	ber_len_t len;

	if (!sync_done->bytes)
		return NULL;
	value.bv_val = pool_copy(pool, sync_done->bytes, sync_done->len);
	ber = ber_init(&value);
	if (ber && ber_scanf(ber, "{") != LBER_ERROR &&
	    ber_peek_tag(ber, &len) == LDAP_TAG_SYNC_COOKIE &&
	    ber_scanf(ber, "m", &cookie) != LBER_ERROR)
		found = pool_copy(pool, cookie.bv_val, cookie.bv_len);
	ber_free(ber, 1);
	return found;
}

static LdapAnswer sync_search(const PeerLink *link, const char *suffix)
{
	LDAPControl control = {
		.ldctl_oid = (char[]){LDAP_CONTROL_SYNC},
		.ldctl_value = {.bv_len = sizeof(refresh_only) - 1, .bv_val = refresh_only},
		.ldctl_iscritical = 1,
	};
	LDAPControl *controls[] = {&control, NULL};
	char no_attribute[] = LDAP_NO_ATTRS;
	char *attributes[] = {no_attribute, NULL};
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, suffix, LDAP_SCOPE_BASE, "(objectClass=*)",
				      attributes, 0, controls, NULL, NULL, LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	return answer;
}

static int link_failed(const PeerLink *link, Error *err)
{
	return error_set(err, link->state == CONTENT_DENIED ? ERROR_DENIED : ERROR_UNREACHABLE, 0,
			 "%s", link->problem);
}

static int link_ask(PeerLink *link, const char *suffix, unsigned *ret, Error *err)
{
	LdapAnswer answer = sync_search(link, suffix);
	const char *cookie;
	int sid;

	if (answer.code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION)
		return error_set(err, ERROR_DENIED, answer.code,
				 "%s: has no syncprov overlay on %s, which would tell", link->uri,
				 suffix);
	if (answer.code != LDAP_SUCCESS) {
		peer_link_fail(link,
			       pool_printf(link->pool, "synchronising search of '%s'", suffix),
			       answer.code, answer.text);
		return link_failed(link, err);
	}
	cookie = cookie_of(link->pool, &answer.sync_done);
	sid = cookie ? csn_cookie_sid(cookie) : -1;
	if (sid <= 0)
		return error_set(err, ERROR_DENIED, 0, "%s: its syncprov tells no server ID",
				 link->uri);
	*ret = (unsigned)sid;
	return 0;
}

int peer_sid_ask(Pool *pool, const Syncrepl *syncrepl, const char *suffix, unsigned *ret,
		 Error *err)
{
	PeerLink link;
	int result = peer_link_open(pool, syncrepl, &link) ? link_ask(&link, suffix, ret, err)
							   : link_failed(&link, err);

	peer_link_close(&link);
	return result;
}
