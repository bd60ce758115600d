/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/probe_codes.h"

#include "common/base/macros.h"
#include "common/base/remedies.h"

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
	const char *remedy; /* NULL: it stands in the table of remedies, as for logs alone */
} codes[] = {
	[PROBE_NO_SUCH_HOST] = {"no-such-host", PROBE_NOT_TESTED,
				"correct the uri in peers.json, or add the name to DNS or "
				"/etc/hosts of this node"},
	[PROBE_RESOLVER_FAILED] = {"resolver-failed", PROBE_NOT_TESTED,
				   "see /etc/resolv.conf and whether its name servers answer"},
	[PROBE_PORT_CLOSED] = {"port-closed", PROBE_NOT_TESTED,
			       "start slapd there, or correct its -h list or the port in the uri"},
	[PROBE_NO_ROUTE] = {"no-route", PROBE_NOT_TESTED,
			    "see whether the peer is up and reached over the network (ip route "
			    "get, ping)"},
	[PROBE_NO_ANSWER] = {"no-answer", PROBE_NOT_TESTED,
			     "see whether the peer is up, and which firewall between drops the "
			     "packets"},
	[PROBE_CONNECT_FAILED] = {"connect-failed", PROBE_NOT_TESTED,
				  "see what forbids this node to connect (SELinux, a firewall)"},
	[PROBE_SILENT] = {"silent", PROBE_NOT_TESTED,
			  "see whether slapd there hangs or its machine is overloaded"},
	[PROBE_CONNECTION_LOST] = {"connection-lost", PROBE_NOT_TESTED,
				   "see slapd's log there; it is tried again"},
	[PROBE_BUSY] = {"busy", PROBE_NOT_TESTED, "it is tried again"},
	[PROBE_TOO_MUCH] = {"too-much", PROBE_NOT_TESTED,
			    "see what listens there; it is tried again"},
	[PROBE_ROUND_OVER] = {"not-in-time", PROBE_NOT_TESTED, "it is tried again"},
	[PROBE_DIED] = {"probe-died", PROBE_NOT_TESTED,
			"see the journal of this node; it is tried again"},
	[PROBE_NOT_SPOKEN] = {"not-spoken", PROBE_BEYOND_US, "try it by hand with ldapwhoami(1)"},
	[PROBE_URL_UNUSABLE] = {"url-unusable", PROBE_NOT_TESTED, "correct the uri in peers.json"},
	[PROBE_TLS_FILES] =
		{"tls-files", PROBE_NOT_TESTED,
		 "see that the files that the tls_ keywords (or olcTLS attributes) name "
		 "exist, can be read, and that key and certificate belong together"},
	[PROBE_NOT_LDAP] = {"not-ldap", PROBE_IS_REFUSED,
			    "correct the port in the uri, or what listens there"},
	[PROBE_NO_TLS] = {"no-tls", PROBE_IS_REFUSED,
			  "use ldap:// with starttls=critical, or add ldaps:// to slapd's -h list "
			  "there, with olcTLSCertificateFile and olcTLSCertificateKeyFile"},
	[PROBE_STARTTLS_REFUSED] = {"starttls-refused", PROBE_IS_REFUSED,
				    "set olcTLSCertificateFile and olcTLSCertificateKeyFile there"},
	[PROBE_CERTIFICATE_AUTHORITY] = {"certificate-authority", PROBE_IS_REFUSED,
					 "let tls_cacert name the CA that signed it, or renew it "
					 "by the CA that is trusted here"},
	[PROBE_CERTIFICATE_EXPIRED] = {"certificate-expired", PROBE_IS_REFUSED,
				       "renew it, and see that both clocks are right"},
	[PROBE_CERTIFICATE_NOT_YET_VALID] = {"certificate-not-yet-valid", PROBE_IS_REFUSED,
					     "see that both clocks are right"},
	[PROBE_CERTIFICATE_NAME] =
		{"certificate-name", PROBE_IS_REFUSED,
		 "use one of its names in the uri, or issue it with this name as "
		 "subjectAltName"},
	[PROBE_TLS_FAILED] = {"tls-failed", PROBE_IS_REFUSED,
			      "see slapd's log there, tls_protocol_min, tls_cipher_suite, and "
			      "whether it asks for a certificate of ours"},
	[PROBE_PLAIN_REFUSED] = {"plain-refused", PROBE_IS_REFUSED,
				 "set starttls=critical and tls_cacert, or use ldaps://"},
	[PROBE_BIND_REFUSED] = {"bind-refused", PROBE_IS_REFUSED,
				"a wrong password, an account that is missing there, or a locked "
				"one, or olcAccess there without auth for anonymous: slapd does "
				"not tell which; compare with ldapwhoami -x -W, see "
				"pwdAccountLockedTime of the account"},
	[PROBE_ACCOUNT_LOCKED] = {"account-locked", PROBE_IS_REFUSED,
				  "remove pwdAccountLockedTime from the account there, and see who "
				  "binds with a wrong password"},
	[PROBE_BIND_NOT_REPEATED] =
		{"bind-not-repeated", PROBE_IS_REFUSED,
		 "correct the password file (or peers.json), or touch it when it is right after all; until then it is not sent again, so that no account gets locked"},
	[PROBE_WRONG_SUFFIX] = {"wrong-suffix", PROBE_IS_REFUSED,
				"correct the suffix or the peers of the database in peers.json, "
				"or create the database there"},
	[PROBE_SUFFIX_HIDDEN] = {"suffix-hidden", PROBE_IS_REFUSED,
				 "let olcAccess there give the bind DN read on everything, or fill "
				 "the database"},
	[PROBE_READ_REFUSED] = {"read-refused", PROBE_IS_REFUSED,
				"let olcAccess and olcRequires there allow the bind DN to search"},
	[PROBE_RESTRICTED] = {"restricted", PROBE_IS_REFUSED, NULL},
	[PROBE_PASSWORD_RESET] = {"password-reset", PROBE_IS_REFUSED, NULL},
	[PROBE_NO_SYNCPROV] = {"no-syncprov", PROBE_IS_REFUSED,
			       "add olcOverlay=syncprov to the database there (syncward does it on "
			       "that node)"},
	[PROBE_NO_LOG] = {"no-log", PROBE_IS_REFUSED, NULL},
	[PROBE_SEES_LESS] = {"sees-less", PROBE_IS_REFUSED,
			     "let olcAccess there give it read on everything, in a rule before all "
			     "others: {0}to * by dn.exact=\"...\" read by * break (\"access\": "
			     "true in peers.json does that)"},
	[PROBE_FORMER_REFUSED] = {"former-refused", PROBE_IS_REFUSED,
				  "its password changed there: the link as it is will not come "
				  "back when it breaks; it is not asked again"},
	[PROBE_FORMER_NOT_ASKED] = {"former-not-asked", PROBE_NOT_TESTED,
				    "compare by hand what both see (ldapsearch)"},
	[PROBE_TLS_DECLINED] = {"tls-declined", PROBE_IS_GOOD,
				"set olcTLSCertificateFile and olcTLSCertificateKeyFile there"},
	[PROBE_CONTEXT_CSN_HIDDEN] = {"context-csn-hidden", PROBE_IS_GOOD,
				      "let olcAccess there give the bind DN read on contextCSN of "
				      "the suffix entry"},
	[PROBE_ENTRY_CSN_HIDDEN] = {"entry-csn-hidden", PROBE_IS_GOOD,
				    "let olcAccess there give the bind DN read on entryCSN"},
	[PROBE_PASSWORDS_HIDDEN] =
		{"passwords-hidden", PROBE_IS_GOOD,
		 "let olcAccess there give the bind DN read on userPassword, in a "
		 "rule before `by self`"},
	[PROBE_LIMITED] = {"limited", PROBE_IS_GOOD,
			   "give the bind DN size=unlimited "
			   "size.unchecked=unlimited time=unlimited in the first olcLimits "
			   "value there (syncward does it on that node)"},
	[PROBE_NO_SERVER_ID] = {"no-server-id", PROBE_IS_GOOD,
				"set olcServerID there (syncward does it on that node)"},
	[PROBE_OTHER_SERVER_ID] = {"other-server-id", PROBE_IS_GOOD,
				   "correct olcServerID there or the id in peers.json"},
	[PROBE_SAME_SERVER_ID] = {"same-server-id", PROBE_IS_GOOD,
				  "give each node an id of its own: writes of two nodes under one "
				  "server ID get lost"},
	[PROBE_SCHEMA_DIFFERS] =
		{"schema-differs", PROBE_IS_GOOD,
		 "load the same schema on both nodes: entries that one of them does "
		 "not know stop replication"},
	[PROBE_CLOCK_DIFFERS] = {"clock-differs", PROBE_IS_GOOD,
				 "see chronyc tracking on both nodes: the later write wins, by "
				 "these clocks"},
	[PROBE_CERTIFICATE_ENDS] = {"certificate-ends", PROBE_IS_GOOD, "renew it"},
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
	if (code == PROBE_RESTRICTED)
		return remedy_text(REMEDY_RESTRICTED_THERE);
	if (code == PROBE_PASSWORD_RESET)
		return remedy_text(REMEDY_PASSWORD_RESET);
	return codes[code].remedy ? codes[code].remedy : remedy_text(REMEDY_LOG_THERE);
}
