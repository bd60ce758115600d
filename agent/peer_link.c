/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer_link.h"

#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "agent/ldap_result.h"
#include "agent/link_tls.h"
#include "common/url.h"

/* slapd waits without limit where timeout or network-timeout is 0; we do not. */
#define DEFAULT_TIMEOUT_SEC 5
#define MAX_TIMEOUT_SEC     15

static unsigned bounded_msec(const Syncrepl *syncrepl, SyncreplKeyword keyword)
{
	const unsigned long sec = syncrepl_number(syncrepl, keyword);

	return 1000 * (unsigned)(sec == 0                ? DEFAULT_TIMEOUT_SEC
				 : sec > MAX_TIMEOUT_SEC ? MAX_TIMEOUT_SEC
							 : sec);
}

static bool keyword_is(const Syncrepl *syncrepl, SyncreplKeyword keyword, const char *text)
{
	return syncrepl->value[keyword] && strcasecmp(syncrepl->value[keyword], text) == 0;
}

/* libldap does not say what is wrong with a certificate, but openssl does. */
static const char *tls_hint(const PeerLink *link)
{
	const char *file = link->syncrepl->value[SYNCREPL_TLS_CACERT];
	AUTO(Pool) *scratch = pool_new();
	Url url;

	if (!url_parse(scratch, link->uri, &url))
		return "";
	return pool_printf(
		link->pool,
		"; if its certificate is to blame (another CA, another name, over), this tells: "
		"openssl s_client -connect %s:%d %s%s%s -verify_return_error -verify_%s %s",
		url.host, url.port, strcmp(url.scheme, "ldaps") == 0 ? "" : "-starttls ldap ",
		file ? "-CAfile " : "", file ? file : "",
		url.host[strspn(url.host, "0123456789.:")] ? "hostname" : "ip", url.host);
}

void peer_link_fail(PeerLink *link, const char *action, int code, const char *text)
{
	const bool answered = code > 0 && error_class_of_ldap(code) != ERROR_UNREACHABLE;
	const bool was_silent = link->deadline && link->deadline->has_passed;
	const char *hint = "";
	char *detail = NULL;

	if (code <= 0)
		ldap_get_option(link->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	/* A plain connection that fails leaves no detail, a TLS handshake does. */
	if (was_silent)
		text = "it takes connections but does not answer in time";
	else if (code == LDAP_CONNECT_ERROR || (code == LDAP_SERVER_DOWN && detail && *detail))
		hint = link_uses_tls(link->syncrepl) ? tls_hint(link) : "";
	if (detail && !was_silent)
		text = strstr(detail, "unknown error") ? "" : detail;
	text = diagnostic_masked(link->pool, text, NULL);
	link->problem = pool_printf(link->pool, "%s: %s: result %d (%s)%s%s%s", link->uri, action,
				    code, ldap_err2string(code), *text ? ": " : "", text, hint);
	link->state = answered ? CONTENT_DENIED : CONTENT_UNREACHABLE;
	ldap_memfree(detail);
}

void peer_link_restart(const PeerLink *link)
{
	link_deadline_restart(link->deadline);
}

static bool not_tested(PeerLink *link, const char *why)
{
	link->state = CONTENT_UNREACHABLE;
	link->problem = pool_printf(link->pool, "%s: could not test: %s", link->uri, why);
	return false;
}

static bool link_start_tls(PeerLink *link)
{
	const bool is_critical = keyword_is(link->syncrepl, SYNCREPL_STARTTLS, "critical");
	int code;

	if (!is_critical && !keyword_is(link->syncrepl, SYNCREPL_STARTTLS, "yes"))
		return true;
	code = ldap_start_tls_s(link->ldap, NULL, NULL);
	if (code == LDAP_SUCCESS || (!is_critical && code > 0))
		return true; /* slapd goes on in clear text, too, when the peer refuses "yes" */
	peer_link_fail(link, "StartTLS", code, "");
	return false;
}

static int bind_send(const PeerLink *link, int *ret_id)
{
	const char *dn = link->syncrepl->value[SYNCREPL_BINDDN];
	const char *password = link->syncrepl->value[SYNCREPL_CREDENTIALS];
	struct berval credentials = {.bv_val = (char[]){""}};

	if (keyword_is(link->syncrepl, SYNCREPL_BINDMETHOD, "sasl"))
		return ldap_bind_external_send(link->ldap, ret_id);
	if (password) {
		credentials.bv_val = pool_strdup(link->pool, password);
		credentials.bv_len = strlen(password);
	}
	return ldap_sasl_bind(link->ldap, dn ? dn : "", LDAP_SASL_SIMPLE, &credentials, NULL, NULL,
			      ret_id);
}

static bool link_bind(PeerLink *link)
{
	const char *dn = link->syncrepl->value[SYNCREPL_BINDDN];
	const char *title = pool_printf(link->pool, "bind as '%s'", dn ? dn : "");
	LdapAnswer answer = {.text = ""};
	int id;

	if (keyword_is(link->syncrepl, SYNCREPL_BINDMETHOD, "sasl")) {
		title = "bind with SASL EXTERNAL";
		if (!keyword_is(link->syncrepl, SYNCREPL_SASLMECH, "EXTERNAL"))
			return not_tested(link, "of SASL only EXTERNAL is tried");
	}
	/* Over ldaps the connection is made only now, and its handshake has this time too. */
	peer_link_restart(link);
	answer.code = bind_send(link, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.code == LDAP_SUCCESS)
		return true;
	peer_link_fail(link, title, answer.code, answer.text);
	return false;
}

static bool link_begin(PeerLink *link)
{
	const struct timeval timeout = {
		.tv_sec = link->timeout_msec / 1000,
	};
	Error err = {0};

	ldap_set_plain_options(link->ldap, bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT));
	link->deadline = link_deadline_set(link->pool, link->ldap, link->timeout_msec);
	/* The only operation of libldap that waits by itself is StartTLS. */
	ldap_set_option(link->ldap, LDAP_OPT_TIMEOUT, &timeout);
	return link_set_tls(link->ldap, link->syncrepl, &err) == 0 || not_tested(link, err.text);
}

bool peer_link_open(Pool *pool, const Syncrepl *syncrepl, PeerLink *ret)
{
	const char *uri = syncrepl->value[SYNCREPL_PROVIDER];

	*ret = (PeerLink){
		.pool = pool,
		.syncrepl = syncrepl,
		.uri = uri ? uri : "",
		.timeout_msec = bounded_msec(syncrepl, SYNCREPL_TIMEOUT),
		.state = CONTENT_READ,
	};
	if (ldap_initialize(&ret->ldap, ret->uri) != LDAP_SUCCESS)
		return not_tested(ret, "libldap cannot use this URL");
	return link_begin(ret) && link_start_tls(ret) && link_bind(ret);
}

void peer_link_close(PeerLink *link)
{
	ldap_handle_release(link->ldap);
	link->ldap = NULL;
}
