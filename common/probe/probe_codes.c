/* SPDX-License-Identifier: Apache-2.0 */
#include "common/probe/probe_codes.h"

#include "common/base/macros.h"
#include "common/remedies/remedies.h"

static const char *const step_names[] = {
	[PROBE_RESOLVE] = "resolve",
	[PROBE_CONNECT] = "connect",
	[PROBE_TLS] = "tls",
	[PROBE_BIND] = "bind",
	[PROBE_SUFFIX] = "suffix",
	[PROBE_CONTEXT_CSN] = "context-csn",
	[PROBE_SYNCPROV] = "syncprov",
	[PROBE_SERVER_ID] = "server-id",
	[PROBE_ENTRY_CSN] = "entry-csn",
	[PROBE_USER_PASSWORD] = "user-password",
	[PROBE_LIMITS] = "limits",
	[PROBE_SCHEMA] = "schema",
	[PROBE_CLOCK] = "clock",
	[PROBE_CERTIFICATE] = "certificate",
	[PROBE_LOG] = "log",
	[PROBE_FORMER] = "former",
};
_Static_assert(ARRAY_SIZE(step_names) == PROBE_STEP_COUNT, "name every step");

static const char *const state_names[] = {
	[PROBE_NOT_TRIED] = "not-tried",
	[PROBE_GOOD] = "good",
	[PROBE_BAD] = "bad",
	[PROBE_UNKNOWN] = "unknown",
};
_Static_assert(ARRAY_SIZE(state_names) == PROBE_STATE_COUNT, "name every state");

static const char *const verdict_names[] = {
	[PROBE_IS_GOOD] = "good",
	[PROBE_BEYOND_US] = "beyond-us",
	[PROBE_NOT_TESTED] = "could-not-test",
	[PROBE_IS_REFUSED] = "refused",
};
_Static_assert(ARRAY_SIZE(verdict_names) == PROBE_VERDICT_COUNT, "name every verdict");

static const struct {
	const char *name;
	ProbeVerdict verdict;
	Remedy remedy;
	const char *fact; /* in place of a remedy: nothing to do, or the hold says it */
	bool cuts;
} codes[] = {
	[PROBE_NO_SUCH_HOST] = {"no-such-host", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_NAME},
	[PROBE_RESOLVER_FAILED] = {"resolver-failed", PROBE_NOT_TESTED,
				   .remedy = REMEDY_PEER_RESOLVER},
	[PROBE_PORT_CLOSED] = {"port-closed", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_START,
			       .cuts = true},
	[PROBE_NO_ROUTE] = {"no-route", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_ROUTE,
			    .cuts = true},
	[PROBE_NO_ANSWER] = {"no-answer", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_FIREWALL,
			     .cuts = true},
	[PROBE_CONNECT_FAILED] = {"connect-failed", PROBE_NOT_TESTED,
				  .remedy = REMEDY_PEER_FORBIDDEN},
	[PROBE_SILENT] = {"silent", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_HANGS, .cuts = true},
	[PROBE_CONNECTION_LOST] = {"connection-lost", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_LOG},
	[PROBE_BUSY] = {"busy", PROBE_NOT_TESTED, .fact = "it is tried again"},
	[PROBE_TOO_MUCH] = {"too-much", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_STRANGE},
	[PROBE_ENTRY_TOO_LARGE] = {"entry-too-large", PROBE_NOT_TESTED,
				   .fact = "versions were compared all the same"},
	[PROBE_ROUND_OVER] = {"not-in-time", PROBE_NOT_TESTED, .fact = "it is tried again"},
	[PROBE_DIED] = {"probe-died", PROBE_NOT_TESTED, .remedy = REMEDY_PROBE_JOURNAL},
	[PROBE_NOT_SPOKEN] = {"not-spoken", PROBE_BEYOND_US, .remedy = REMEDY_SASL_BY_HAND},
	[PROBE_URL_UNUSABLE] = {"url-unusable", PROBE_NOT_TESTED, .remedy = REMEDY_PEER_URI},
	[PROBE_TLS_FILES] = {"tls-files", PROBE_NOT_TESTED, .remedy = REMEDY_LINK_FILES},
	[PROBE_NOT_LDAP] = {"not-ldap", PROBE_IS_REFUSED, .remedy = REMEDY_PEER_PORT},
	[PROBE_NO_TLS] = {"no-tls", PROBE_IS_REFUSED, .remedy = REMEDY_LDAPS_THERE},
	[PROBE_STARTTLS_REFUSED] = {"starttls-refused", PROBE_IS_REFUSED,
				    .remedy = REMEDY_CERTIFICATE_THERE},
	[PROBE_CERTIFICATE_AUTHORITY] = {"certificate-authority", PROBE_IS_REFUSED,
					 .remedy = REMEDY_CERTIFICATE_CA},
	[PROBE_CERTIFICATE_EXPIRED] = {"certificate-expired", PROBE_IS_REFUSED,
				       .remedy = REMEDY_CERTIFICATE_RENEW},
	[PROBE_CERTIFICATE_NOT_YET_VALID] = {"certificate-not-yet-valid", PROBE_IS_REFUSED,
					     .remedy = REMEDY_CLOCKS_OF_BOTH},
	[PROBE_CERTIFICATE_NAME] = {"certificate-name", PROBE_IS_REFUSED,
				    .remedy = REMEDY_CERTIFICATE_NAME},
	[PROBE_TLS_FAILED] = {"tls-failed", PROBE_IS_REFUSED, .remedy = REMEDY_TLS_HANDSHAKE},
	[PROBE_PLAIN_REFUSED] = {"plain-refused", PROBE_IS_REFUSED, .remedy = REMEDY_LINK_STARTTLS},
	[PROBE_BIND_REFUSED] = {"bind-refused", PROBE_IS_REFUSED, .remedy = REMEDY_BIND_BY_HAND},
	[PROBE_ACCOUNT_LOCKED] = {"account-locked", PROBE_IS_REFUSED,
				  .remedy = REMEDY_ACCOUNT_LOCKED},
	[PROBE_PASSWORD_RESET] = {"password-reset", PROBE_IS_REFUSED,
				  .remedy = REMEDY_PASSWORD_RESET},
	[PROBE_BIND_NOT_REPEATED] = {"bind-not-repeated", PROBE_IS_REFUSED,
				     .remedy = REMEDY_PASSWORD_FILE},
	[PROBE_WRONG_SUFFIX] = {"wrong-suffix", PROBE_IS_REFUSED, .remedy = REMEDY_SUFFIX_THERE},
	[PROBE_SUFFIX_HIDDEN] = {"suffix-hidden", PROBE_IS_REFUSED, .remedy = REMEDY_SUFFIX_EMPTY},
	[PROBE_READ_REFUSED] = {"read-refused", PROBE_IS_REFUSED, .remedy = REMEDY_READ_THERE},
	[PROBE_RESTRICTED] = {"restricted", PROBE_IS_REFUSED, .remedy = REMEDY_RESTRICTED_THERE},
	[PROBE_NO_SYNCPROV] = {"no-syncprov", PROBE_IS_REFUSED, .remedy = REMEDY_OVERLAY_THERE},
	[PROBE_NO_LOG] = {"no-log", PROBE_IS_REFUSED, .remedy = REMEDY_LOG_THERE},
	[PROBE_SEES_LESS] = {"sees-less", PROBE_IS_REFUSED,
			     .fact = "it has to be let see as much first"},
	[PROBE_FORMER_REFUSED] =
		{"former-refused", PROBE_IS_REFUSED,
		 .fact = "its password changed there: the link as it is will not come back when it breaks; it is not asked again"},
	[PROBE_FORMER_NOT_ASKED] = {"former-not-asked", PROBE_NOT_TESTED,
				    .remedy = REMEDY_VIEWS_BY_HAND},
	[PROBE_TLS_DECLINED] = {"tls-declined", PROBE_IS_GOOD, .remedy = REMEDY_CERTIFICATE_THERE},
	[PROBE_CONTEXT_CSN_HIDDEN] = {"context-csn-hidden", PROBE_IS_GOOD,
				      .remedy = REMEDY_ACCESS_THERE},
	[PROBE_ENTRY_CSN_HIDDEN] = {"entry-csn-hidden", PROBE_IS_GOOD,
				    .remedy = REMEDY_ACCESS_THERE},
	[PROBE_PASSWORDS_HIDDEN] = {"passwords-hidden", PROBE_IS_GOOD,
				    .remedy = REMEDY_ACCESS_THERE},
	[PROBE_LIMITED] = {"limited", PROBE_IS_GOOD, .remedy = REMEDY_LIMITS_THERE},
	[PROBE_NO_SERVER_ID] = {"no-server-id", PROBE_IS_GOOD, .remedy = REMEDY_SERVER_ID_THERE},
	[PROBE_OTHER_SERVER_ID] = {"other-server-id", PROBE_IS_GOOD, .remedy = REMEDY_ID_THERE},
	[PROBE_SAME_SERVER_ID] = {"same-server-id", PROBE_IS_GOOD, .remedy = REMEDY_ID_AT_TWIN},
	[PROBE_SCHEMA_DIFFERS] = {"schema-differs", PROBE_IS_GOOD, .remedy = REMEDY_SCHEMA},
	[PROBE_CLOCK_DIFFERS] = {"clock-differs", PROBE_IS_GOOD, .remedy = REMEDY_CLOCKS_OF_BOTH},
	[PROBE_CERTIFICATE_ENDS] = {"certificate-ends", PROBE_IS_GOOD,
				    .remedy = REMEDY_CERTIFICATE_RENEW},
};
_Static_assert(ARRAY_SIZE(codes) == PROBE_CODE_COUNT, "describe every code");

const char *probe_step_name(ProbeStep step)
{
	return step_names[step];
}

const char *probe_state_name(ProbeState state)
{
	return state_names[state];
}

const char *probe_code_name(ProbeCode code)
{
	return codes[code].name;
}

const char *probe_verdict_name(ProbeVerdict verdict)
{
	return verdict_names[verdict];
}

ProbeVerdict probe_code_verdict(ProbeCode code)
{
	return codes[code].verdict;
}

const char *probe_code_remedy(ProbeCode code)
{
	return codes[code].fact ? codes[code].fact : remedy_text(codes[code].remedy);
}

bool probe_code_cuts(ProbeCode code)
{
	return codes[code].cuts;
}
