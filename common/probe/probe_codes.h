/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_CODES_H
#define SYNCWARD_PROBE_CODES_H

#include <stdbool.h>

/* What slapd's consumer would meet at the provider of one link, in the order in which it is tried.
 */
typedef enum ProbeStep {
	PROBE_RESOLVE,
	PROBE_CONNECT,
	PROBE_TLS,
	PROBE_BIND,
	PROBE_SUFFIX,        /* the suffix entry can be read */
	PROBE_CONTEXT_CSN,   /* and its contextCSN */
	PROBE_SYNCPROV,      /* the peer is a provider of it */
	PROBE_SERVER_ID,     /* and shows a server ID, the expected one */
	PROBE_ENTRY_CSN,     /* entries come with their entryCSN */
	PROBE_USER_PASSWORD, /* and with their userPassword */
	PROBE_LIMITS,        /* and all of them do (as far as was tried) */
	PROBE_SCHEMA,        /* its schema is ours */
	PROBE_CLOCK,
	PROBE_CERTIFICATE, /* it stays valid for some time */
	PROBE_LOG,         /* the log of changes that a delta-syncrepl link reads can be read */
	PROBE_FORMER,      /* it shows the same as to the identity that the link has now */
	PROBE_STEP_COUNT
} ProbeStep;

typedef enum ProbeState {
	PROBE_NOT_TRIED, /* not needed, or something before it failed */
	PROBE_GOOD,
	PROBE_BAD,
	PROBE_UNKNOWN, /* tried, and the peer does not say */
	PROBE_STATE_COUNT
} ProbeState;

/* Every fault that is reported, by a stable name (probe_code_name()). */
typedef enum ProbeCode {
	PROBE_NO_SUCH_HOST,
	PROBE_RESOLVER_FAILED,
	PROBE_PORT_CLOSED,
	PROBE_NO_ROUTE,
	PROBE_NO_ANSWER,
	PROBE_CONNECT_FAILED,
	PROBE_SILENT,
	PROBE_CONNECTION_LOST,
	PROBE_BUSY,
	PROBE_TOO_MUCH,
	PROBE_ENTRY_TOO_LARGE, /* where whole entries are read */
	PROBE_ROUND_OVER,
	PROBE_DIED,
	PROBE_NOT_SPOKEN,
	PROBE_URL_UNUSABLE,
	PROBE_TLS_FILES,
	PROBE_NOT_LDAP,
	PROBE_NO_TLS,
	PROBE_STARTTLS_REFUSED,
	PROBE_CERTIFICATE_AUTHORITY,
	PROBE_CERTIFICATE_EXPIRED,
	PROBE_CERTIFICATE_NOT_YET_VALID,
	PROBE_CERTIFICATE_NAME,
	PROBE_TLS_FAILED,
	PROBE_PLAIN_REFUSED,
	PROBE_BIND_REFUSED,
	PROBE_ACCOUNT_LOCKED,
	PROBE_PASSWORD_RESET,
	PROBE_BIND_NOT_REPEATED,
	PROBE_WRONG_SUFFIX,
	PROBE_SUFFIX_HIDDEN,
	PROBE_READ_REFUSED,
	PROBE_RESTRICTED,
	PROBE_NO_SYNCPROV,
	PROBE_NO_LOG,
	PROBE_SEES_LESS,
	PROBE_FORMER_REFUSED,
	PROBE_FORMER_NOT_ASKED,
	PROBE_TLS_DECLINED,
	PROBE_CONTEXT_CSN_HIDDEN,
	PROBE_ENTRY_CSN_HIDDEN,
	PROBE_PASSWORDS_HIDDEN,
	PROBE_LIMITED,
	PROBE_NO_SERVER_ID,
	PROBE_OTHER_SERVER_ID,
	PROBE_SAME_SERVER_ID,
	PROBE_SCHEMA_DIFFERS,
	PROBE_CLOCK_DIFFERS,
	PROBE_CERTIFICATE_ENDS,
	PROBE_CODE_COUNT
} ProbeCode;

/* The outcome of the whole probe; for a fault, what it means for that. */
typedef enum ProbeVerdict {
	PROBE_IS_GOOD,    /* the link would replicate; faults may still be reported */
	PROBE_BEYOND_US,  /* the peer answers, but slapd's consumer binds in a way that we cannot:
			     only slapd's own attempt shows it */
	PROBE_NOT_TESTED, /* cannot be known: name, network, a peer that does not answer */
	PROBE_IS_REFUSED, /* the peer was there, and the link would not work */
	PROBE_VERDICT_COUNT
} ProbeVerdict;

const char *probe_step_name(ProbeStep step);
const char *probe_state_name(ProbeState state);
const char *probe_code_name(ProbeCode code);
const char *probe_verdict_name(ProbeVerdict verdict);

/* What a fault of that code means for the link, and what a person can do about it. */
ProbeVerdict probe_code_verdict(ProbeCode code);
const char *probe_code_remedy(ProbeCode code);

/* True for a fault that also ends a connection which slapd considers established, because packets
 * no longer arrive. False for one that only this program met, and slapd may not: then nothing is
 * known. */
bool probe_code_cuts(ProbeCode code);

#endif
