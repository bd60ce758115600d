/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/session.h"

#include <openldap.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/peer/probe_tls.h"
#include "agent/peer/session_connect.h"
#include "agent/peer/session_tls.h"
#include "agent/slapd/ldap_result.h"
#include "agent/system/fd.h"
#include "common/copy/csn_set.h"

/* slapd waits without limit where timeout or network-timeout is 0; we do not. */
#define DEFAULT_TIMEOUT_SEC 5
#define MAX_TIMEOUT_SEC     15
/* The resolver's own: two tries of 5 s. */
#define RESOLVE_LIMIT_MSEC 11000

#define BER_SEQUENCE 0x30 /* what every LDAP message begins with */
#define TLS_ALERT    0x15

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

static bool is_ldaps(const PeerLink *link)
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

/* One more connection, for finding out; what it meets itself is not told. -1: there is none. */
static int dial_again(const PeerLink *link)
{
	const unsigned connect_msec = bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT);
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

/* libldap does not tell what is wrong with TLS; a handshake of another kind does. */
static bool explain_tls(const PeerLink *link)
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

static void fail_unanswered(const PeerLink *link, const char *action, int code)
{
	const int first = link->deadline->first_byte;
	ProbeCode fault = PROBE_CONNECTION_LOST;
	const char *what = "it closed the connection";

	if (link->deadline->is_too_much) {
		fault = PROBE_TOO_MUCH;
		what = "it sends more than any slapd would, and was not heard to its end";
	} else if (!is_ldaps(link) && !link->deadline->has_passed &&
		   (first == TLS_ALERT || (first < 0 && wants_tls(link)))) {
		fault = PROBE_PLAIN_REFUSED;
		what = "it speaks TLS at this port, and this link does not";
	} else if (!is_ldaps(link) && first >= 0 && first != BER_SEQUENCE) {
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
		fail_unanswered(link, action, answer->code);
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

static bool not_tested(PeerLink *link, ProbeCode code, const char *why)
{
	probe_add_fault(link->pool, link->probe, code, "could not test: %s", why);
	return false;
}

/* --- one step after the other --- */

static void enter(const PeerLink *link, ProbeStep step, unsigned limit_msec)
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

static int link_dial(PeerLink *link)
{
	const unsigned timeout_msec = bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT);
	unsigned n_addresses = 0;
	struct addrinfo *addresses;
	int fd;

	enter(link, PROBE_RESOLVE, RESOLVE_LIMIT_MSEC);
	addresses = link_resolve(link->pool, &link->url, link->probe);
	if (!addresses)
		return -1;
	for (const struct addrinfo *address = addresses; address; address = address->ai_next)
		n_addresses++;
	enter(link, PROBE_CONNECT, n_addresses * timeout_msec);
	fd = link_connect(link->pool, addresses, timeout_msec, link->probe);
	freeaddrinfo(addresses);
	return fd;
}

static bool link_set_options(PeerLink *link)
{
	const struct timeval timeout = {.tv_sec = link->timeout_msec / 1000};

	ldap_set_plain_options(link->ldap, bounded_msec(link->syncrepl, SYNCREPL_NETWORK_TIMEOUT));
	ldap_set_option(link->ldap, LDAP_OPT_TIMEOUT, &timeout);
	link->deadline = ldap_deadline_set(link->pool, link->ldap, link->timeout_msec);
	if (!link->deadline)
		return not_tested(link, PROBE_DIED, "libldap takes no deadline");
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
	return not_tested(link, PROBE_DIED, "libldap does not take the connection");
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
	return not_tested(link, PROBE_URL_UNUSABLE, "libldap cannot use this URL");
}

static bool handshake_fail(PeerLink *link, int code)
{
	char *detail = NULL;

	ldap_get_option(link->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	if (link->deadline->has_passed)
		fail_unanswered(link, "TLS handshake", code);
	else if (!explain_tls(link))
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
		return not_tested(link, PROBE_TLS_FILES, err.text);
	code = ldap_install_tls(link->ldap);
	if (code != LDAP_SUCCESS)
		return handshake_fail(link, code);
	link->probe->steps[PROBE_TLS] = PROBE_GOOD;
	note_certificate(link);
	return true;
}

static bool link_start_tls(PeerLink *link)
{
	const bool is_critical = keyword_is(link->syncrepl, SYNCREPL_STARTTLS, "critical");
	LdapAnswer answer = {.text = ""};
	int id;

	answer.code = ldap_start_tls(link->ldap, NULL, NULL, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.code == LDAP_SUCCESS)
		return link_handshake(link);
	if (!is_critical && answer.code > 0) {
		link->probe->steps[PROBE_TLS] = PROBE_NOT_TRIED;
		return true; /* slapd goes on in clear text, too, when the peer refuses "yes" */
	}
	peer_link_fail(link, PROBE_STARTTLS_REFUSED, "StartTLS", &answer);
	return false;
}

static bool link_secure(PeerLink *link)
{
	if (!link_uses_tls(link->syncrepl))
		return true;
	enter(link, PROBE_TLS, 2 * link->timeout_msec);
	return is_ldaps(link) ? link_handshake(link) : link_start_tls(link);
}

/* --- the bind --- */

/* With TLS 1.3 a server that misses our certificate says so only behind the handshake. */
static bool is_taken_back(const PeerLink *link, int code)
{
	return code == LDAP_SERVER_DOWN && !link->deadline->has_passed &&
	       link->probe->steps[PROBE_TLS] == PROBE_GOOD;
}

static bool bind_wait(PeerLink *link, const char *title, LdapAnswer *answer, int id)
{
	if (answer->code == LDAP_SUCCESS)
		*answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (is_taken_back(link, answer->code) && explain_tls(link))
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

	if (!keyword_is(link->syncrepl, SYNCREPL_SASLMECH, "EXTERNAL"))
		return not_spoken(link);
	answer.code = ldap_bind_external_send(link->ldap, &id);
	return bind_wait(link, "bind with SASL EXTERNAL", &answer, id);
}

/* What anonymous clients see of one entry; false: nothing. ret_code is the search's result. */
static bool see_entry(PeerLink *link, const char *dn, Entry *ret, int *ret_code)
{
	char *attributes[] = {(char[]){"contextCSN"}, NULL};
	LdapAnswer answer = {.text = ""};
	int id;

	peer_link_restart(link);
	answer.code = ldap_search_ext(link->ldap, dn, LDAP_SCOPE_BASE, "(objectClass=*)",
				      attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT, &id);
	if (answer.code == LDAP_SUCCESS)
		answer = ldap_answer_wait(link->pool, link->ldap, id, link->timeout_msec);
	if (answer.entries.n_entries > 0)
		*ret = answer.entries.entries[0];
	*ret_code = answer.code;
	return answer.entries.n_entries > 0;
}

/*
 * A server without the account, or without its last change, refuses a password and thereby says
 * nothing about it: a node that joins must still ask the others, and this one again when it has
 * caught up. It is looked at before the bind: behind it the account may have come meanwhile. In a
 * refresh the suffix entry comes first, the contextCSN behind everything else. A server that hides
 * the suffix from anonymous clients looks like an empty one.
 */
static bool lacks_account(PeerLink *link, const char *dn, int *ret_code)
{
	const char *account_csn = link->hooks->account_csn;
	Entry suffix = {0}, account = {0};
	const Attribute *csns;

	if (!link->probe->suffix)
		return false;
	if (!see_entry(link, link->probe->suffix, &suffix, ret_code))
		return *ret_code == LDAP_NO_SUCH_OBJECT;
	csns = entry_attribute(&suffix, "contextCSN");
	if (csns)
		return account_csn &&
		       csn_is_ahead(account_csn, attribute_texts(link->pool, csns), csns->n_values);
	return !see_entry(link, dn, &account, ret_code) && *ret_code == LDAP_NO_SUCH_OBJECT;
}

static LinkBind bind_outcome(int code, bool lacked_account)
{
	if (code == LDAP_SUCCESS)
		return LINK_BIND_GOOD;
	return code == LDAP_INVALID_CREDENTIALS && !lacked_account ? LINK_BIND_REFUSED
								   : LINK_BIND_OTHER;
}

static bool bind_simple(PeerLink *link)
{
	const char *dn = link->syncrepl->value[SYNCREPL_BINDDN];
	const char *password = link->syncrepl->value[SYNCREPL_CREDENTIALS];
	const bool is_watched = password && *password && link->hooks && link->hooks->may_bind;
	const char *title = pool_printf(link->pool, "bind as '%s'", dn ? dn : "");
	LdapAnswer answer = {.text = ""};
	bool lacked_account = false, is_good;
	int id = 0;

	if (is_watched && !link->hooks->may_bind(link->hooks->data, link->probe))
		return false;
	enter(link, PROBE_BIND, 3 * link->timeout_msec); /* anew: it may have waited */
	if (is_watched)
		lacked_account = lacks_account(link, dn, &answer.code);
	/* Who is silent now, or gone, would be so behind the bind. */
	if (answer.code >= 0) {
		peer_link_restart(link);
		answer.code = ldap_bind_simple_send(link->ldap, dn ? dn : "",
						    password ? password : "", &id);
	}
	is_good = bind_wait(link, title, &answer, id);
	if (is_watched)
		link->hooks->bound(link->hooks->data, bind_outcome(answer.code, lacked_account));
	return is_good;
}

static bool link_bind(PeerLink *link)
{
	enter(link, PROBE_BIND, 0);
	return keyword_is(link->syncrepl, SYNCREPL_BINDMETHOD, "sasl") ? bind_external(link)
								       : bind_simple(link);
}

bool peer_link_open_watched(Pool *pool, const Syncrepl *syncrepl, const LinkHooks *hooks,
			    Probe *probe, PeerLink *ret)
{
	*ret = (PeerLink){
		.pool = pool,
		.syncrepl = syncrepl,
		.hooks = hooks,
		.probe = probe,
		.timeout_msec = bounded_msec(syncrepl, SYNCREPL_TIMEOUT),
	};
	if (!url_parse(pool, probe->uri, &ret->url))
		return not_tested(ret, PROBE_URL_UNUSABLE, "libldap cannot use this URL");
	return link_connect_any(ret) && link_secure(ret) && link_bind(ret);
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
