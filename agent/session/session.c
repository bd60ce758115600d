/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session.h"

#include <ldap.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/session/probe_tls.h"
#include "agent/session/session_bind.h"
#include "agent/session/session_connect.h"
#include "agent/session/session_tls.h"

/* Since 2.4.48. EL 8's 2.4.46 has the function and no header that says so. */
#if __has_include(<openldap.h>)
#include <openldap.h>
#else
#define LDAP_PROTO_TCP 1
int ldap_init_fd(ber_socket_t fd, int proto, LDAP_CONST char *url, LDAP **ldp);
#endif

static int link_dial(PeerLink *link)
{
	const unsigned timeout_msec =
		peer_link_bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT);
	unsigned n_addresses = 0;
	struct addrinfo *addresses;
	int fd;

	peer_link_enter(link, PROBE_RESOLVE, RESOLVE_LIMIT_MSEC);
	addresses = link_resolve(link->pool, &link->url, link->probe);
	if (!addresses)
		return -1;
	for (const struct addrinfo *address = addresses; address; address = address->ai_next)
		n_addresses++;
	peer_link_enter(link, PROBE_CONNECT, n_addresses * timeout_msec);
	fd = link_connect(link->pool, addresses, timeout_msec, link->probe);
	freeaddrinfo(addresses);
	return fd;
}

static bool link_set_options(PeerLink *link)
{
	const struct timeval timeout = {.tv_sec = link->timeout_msec / 1000};

	ldap_set_plain_options(link->ldap,
			       peer_link_bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT));
	ldap_set_option(link->ldap, LDAP_OPT_TIMEOUT, &timeout);
	link->deadline = ldap_deadline_set(link->pool, link->ldap, link->timeout_msec);
	if (!link->deadline)
		return peer_link_not_tested(link, PROBE_DIED, "libldap takes no deadline");
	ldap_deadline_bound(link->ldap, link->deadline, link->hooks ? link->hooks->takes : NULL,
			    link->hooks ? link->hooks->data : NULL);
	return true;
}

/* Gives the connection to libldap, which takes it over. */
static bool link_adopt(PeerLink *link, int fd)
{
	if (ldap_init_fd(fd, LDAP_PROTO_TCP, link->probe->uri, &link->ldap) == LDAP_SUCCESS)
		return link_set_options(link);
	(void)close(fd);
	return peer_link_not_tested(link, PROBE_DIED, "libldap does not take the connection");
}

static bool link_connect_any(PeerLink *link)
{
	int fd;

	if (strcmp(link->url.scheme, "ldapi") != 0) {
		fd = link_dial(link);
		return fd >= 0 && link_adopt(link, fd);
	}
	/* Only libldap knows where the socket is when the URL does not say. */
	if (ldap_initialize(&link->ldap, link->probe->uri) == LDAP_SUCCESS)
		return link_set_options(link);
	return peer_link_not_tested(link, PROBE_URL_UNUSABLE, "libldap cannot use this URL");
}

static bool handshake_fail(PeerLink *link, int code)
{
	char *detail = NULL;

	ldap_get_option(link->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	if (link->deadline->has_passed)
		peer_link_fail_unanswered(link, "TLS handshake", code);
	else if (!peer_link_explain_tls(link))
		probe_add_fault(link->pool, link->probe, PROBE_TLS_FAILED, "TLS handshake: %s",
				detail && *detail ? detail : ldap_err2string(code));
	ldap_memfree(detail);
	return false;
}

/* Not with libldap before 2.5, which keeps it to itself. */
static void note_certificate(const PeerLink *link)
{
#ifdef LDAP_OPT_X_TLS_PEERCERT
	struct berval der = {0};

	if (ldap_get_option(link->ldap, LDAP_OPT_X_TLS_PEERCERT, &der) == LDAP_OPT_SUCCESS &&
	    der.bv_val)
		link->probe->certificate_end_sec =
			probe_tls_certificate_end(der.bv_val, der.bv_len);
	ldap_memfree(der.bv_val);
#else
	(void)link;
#endif
}

static bool link_handshake(PeerLink *link)
{
	Error err = {0};
	int code;

	if (link_set_tls(link->ldap, link->syncrepl, &err) < 0)
		return peer_link_not_tested(link, PROBE_TLS_FILES, err.text);
	code = ldap_install_tls(link->ldap);
	if (code != LDAP_SUCCESS)
		return handshake_fail(link, code);
	link->probe->steps[PROBE_TLS] = PROBE_GOOD;
	note_certificate(link);
	return true;
}

static bool link_start_tls(PeerLink *link)
{
	const bool is_critical = peer_link_has(link, SYNCREPL_STARTTLS, "critical");
	LdapAnswer answer = {.text = ""};
	int id;

	answer.code = ldap_start_tls(link->ldap, NULL, NULL, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.code == LDAP_SUCCESS)
		return link_handshake(link);
	if (!is_critical && answer.code > 0) {
		link->probe->steps[PROBE_TLS] = PROBE_UNKNOWN;
		return true; /* slapd goes on in clear text, too, when the peer refuses "yes" */
	}
	peer_link_fail(link, PROBE_STARTTLS_REFUSED, "StartTLS", &answer);
	return false;
}

static bool link_secure(PeerLink *link)
{
	if (!link_uses_tls(link->syncrepl))
		return true;
	peer_link_enter(link, PROBE_TLS, 2 * link->timeout_msec);
	return peer_link_is_ldaps(link) ? link_handshake(link) : link_start_tls(link);
}

bool peer_link_open_watched(Pool *pool, const Syncrepl *syncrepl, const LinkHooks *hooks,
			    Probe *probe, PeerLink *ret)
{
	*ret = (PeerLink){
		.pool = pool,
		.syncrepl = syncrepl,
		.hooks = hooks,
		.probe = probe,
		.timeout_msec = peer_link_bounded_msec(syncrepl, SYNCREPL_TIMEOUT),
	};
	if (!url_parse(pool, probe->uri, &ret->url))
		return peer_link_not_tested(ret, PROBE_URL_UNUSABLE, "libldap cannot use this URL");
	return link_connect_any(ret) && link_secure(ret) && session_bind(ret);
}

bool peer_link_open(Pool *pool, const Syncrepl *syncrepl, PeerLink *ret)
{
	const char *uri = syncrepl->value[SYNCREPL_PROVIDER];
	Probe *probe = pool_alloc(pool, sizeof(*probe));

	probe->uri = uri ? uri : "";
	return peer_link_open_watched(pool, syncrepl, NULL, probe, ret);
}

void peer_link_close(PeerLink *link)
{
	ldap_handle_release(link->ldap);
	link->ldap = NULL;
}
