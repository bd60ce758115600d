/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_step.h"

#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "agent/ldap/ldap_result.h"
#include "agent/session/probe_tls.h"
#include "agent/session/session_connect.h"
#include "agent/session/session_tls.h"
#include "agent/system/fd.h"

/* slapd waits without limit where timeout or network-timeout is 0; we do not. */
#define DEFAULT_TIMEOUT_SEC 5
#define MAX_TIMEOUT_SEC     15
#define BER_SEQUENCE        0x30 /* what every LDAP message begins with */
#define TLS_ALERT           0x15

unsigned peer_link_bounded_msec(const Syncrepl *syncrepl, SyncreplKeyword keyword)
{
	const unsigned long sec = syncrepl_number(syncrepl, keyword);

	return 1000 * (unsigned)(sec == 0                ? DEFAULT_TIMEOUT_SEC
				 : sec > MAX_TIMEOUT_SEC ? MAX_TIMEOUT_SEC
							 : sec);
}

bool peer_link_has(const PeerLink *link, SyncreplKeyword keyword, const char *text)
{
	const char *value = link->syncrepl->value[keyword];

	return value && strcasecmp(value, text) == 0;
}

bool peer_link_is_ldaps(const PeerLink *link)
{
	return strcmp(link->url.scheme, "ldaps") == 0;
}

/* --- what went wrong --- */

const char *peer_link_text(const PeerLink *link, const char *text)
{
	const char *password = link->syncrepl->value[SYNCREPL_CREDENTIALS];

	if (password && *password && strstr(text, password))
		return "(its text is not shown: it quotes the password)";
	return diagnostic_masked(link->pool, text, NULL);
}

static void tell_watcher(const PeerLink *link, ProbeStep step, unsigned limit_msec)
{
	if (link->hooks)
		link->hooks->enter(link->hooks->data, step, limit_msec);
}

/* One more connection, for finding out; what it meets itself is not reported. -1: there is none. */
static int dial_again(const PeerLink *link)
{
	const unsigned connect_msec =
		peer_link_bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT);
	Probe aside = {.uri = link->probe->uri};
	struct addrinfo *addresses;
	int fd = -1;

	tell_watcher(link, PROBE_TLS, RESOLVE_LIMIT_MSEC + connect_msec + 2 * link->timeout_msec);
	addresses = link_resolve(link->pool, &link->url, &aside);
	if (addresses) {
		fd = link_connect(link->pool, addresses, connect_msec, &aside);
		freeaddrinfo(addresses);
	}
	return fd;
}

/* libldap does not say what is wrong with TLS; a handshake of another kind does. */
bool peer_link_explain_tls(const PeerLink *link)
{
	AUTO_FD fd = dial_again(link);

	return fd >= 0 && probe_tls_explain(link->pool, link->syncrepl, link->url.host, fd,
					    link->timeout_msec, link->probe);
}

/* A server that waits for a TLS handshake closes a connection that begins with anything else. */
static bool wants_tls(const PeerLink *link)
{
	AUTO_FD fd = link_uses_tls(link->syncrepl) ? -1 : dial_again(link);

	return fd >= 0 && probe_tls_is_spoken(link->url.host, fd, link->timeout_msec);
}

static void fail_too_much(const PeerLink *link, const char *action)
{
	if (link->deadline->bytes_max > LDAP_BYTES_MAX)
		probe_add_fault(link->pool, link->probe, PROBE_ENTRY_TOO_LARGE,
				"%s: one has more than %u MiB, and no more is read of an entry",
				action, LDAP_ENTRY_BYTES_MAX >> 20);
	else
		probe_add_fault(link->pool, link->probe, PROBE_TOO_MUCH,
				"%s: it sends more than any slapd would, and was not heard to its "
				"end",
				action);
}

void peer_link_fail_unanswered(const PeerLink *link, const char *action, int code)
{
	const int first = link->deadline->first_byte;
	ProbeCode fault = PROBE_CONNECTION_LOST;
	const char *what = "it closed the connection";

	if (link->deadline->is_too_much) {
		fail_too_much(link, action);
		return;
	}
	if (!peer_link_is_ldaps(link) && !link->deadline->has_passed &&
	    (first == TLS_ALERT || (first < 0 && wants_tls(link)))) {
		fault = PROBE_PLAIN_REFUSED;
		what = "it speaks TLS at this port, and this link does not";
	} else if (!peer_link_is_ldaps(link) && first >= 0 && first != BER_SEQUENCE) {
		fault = PROBE_NOT_LDAP;
		what = "what answers there is no LDAP server";
	} else if (link->deadline->has_passed || code == LDAP_TIMEOUT) {
		fault = PROBE_SILENT;
		what = "it takes connections but does not answer in time";
	}
	probe_add_fault(link->pool, link->probe, fault, "%s: %s (%s)", action, what,
			link->deadline->has_passed ? "timed out" : ldap_err2string(code));
}

static ProbeCode answered_code(ProbeCode code, int result)
{
	switch (result) {
	case LDAP_BUSY:
	case LDAP_UNAVAILABLE:
		return PROBE_BUSY;
	case LDAP_CONFIDENTIALITY_REQUIRED:
	case LDAP_STRONG_AUTH_REQUIRED:
		return PROBE_PLAIN_REFUSED;
	case LDAP_UNWILLING_TO_PERFORM: /* whoever asks */
		return code == PROBE_BIND_REFUSED || code == PROBE_READ_REFUSED ? PROBE_RESTRICTED
										: code;
	default:
		return code;
	}
}

const char *peer_link_answer(const PeerLink *link, const char *action, const LdapAnswer *answer)
{
	const char *text = peer_link_text(link, answer->text);

	return pool_printf(link->pool, "%s: result %d (%s)%s%s", action, answer->code,
			   ldap_err2string(answer->code), *text ? ": " : "", text);
}

void peer_link_fail(PeerLink *link, ProbeCode code, const char *action, const LdapAnswer *answer)
{
	if (answer->code <= 0)
		peer_link_fail_unanswered(link, action, answer->code);
	else
		probe_add_fault(link->pool, link->probe, answered_code(code, answer->code), "%s",
				peer_link_answer(link, action, answer));
}

Content peer_link_failure(const PeerLink *link)
{
	const Probe *probe = link->probe;
	const ProbeFault *last = &probe->faults[probe->n_faults - 1];

	return (Content){.state = probe_code_verdict(last->code) == PROBE_IS_REFUSED
					  ? CONTENT_DENIED
					  : CONTENT_UNREACHABLE,
			 .problem = last->text};
}

bool peer_link_not_tested(PeerLink *link, ProbeCode code, const char *why)
{
	probe_add_fault(link->pool, link->probe, code, "could not test: %s", why);
	return false;
}

LDAPControl peer_link_refresh_only(void)
{
	/* syncRequestValue (RFC 4533): SEQUENCE { ENUMERATED refreshOnly (1) }, no cookie. */
	static char oid[] = LDAP_CONTROL_SYNC, refresh_only[] = "\x30\x03\x0a\x01\x01";

	return (LDAPControl){
		.ldctl_oid = oid,
		.ldctl_value = {.bv_len = sizeof(refresh_only) - 1, .bv_val = refresh_only},
		.ldctl_iscritical = 1,
	};
}

void peer_link_enter(const PeerLink *link, ProbeStep step, unsigned limit_msec)
{
	tell_watcher(link, step, limit_msec);
	link->probe->steps[step] = PROBE_BAD; /* until it was done */
	if (link->deadline)
		peer_link_restart(link);
}

void peer_link_restart(const PeerLink *link)
{
	ldap_deadline_restart(link->deadline);
}

void peer_link_heard(const PeerLink *link)
{
	link->deadline->n_bytes = 0;
	peer_link_restart(link);
}
