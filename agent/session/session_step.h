/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_STEP_H
#define SYNCWARD_SESSION_STEP_H

#include <ldap.h>

#include "agent/ldap/ldap_answer.h"
#include "agent/ldap/ldap_deadline.h"
#include "common/base/pool.h"
#include "common/probe/probe.h"
#include "common/slapd/url.h"
#include "common/syncrepl/syncrepl.h"

/* The resolver's own: two tries of 5 s. */
#define RESOLVE_LIMIT_MSEC 11000

/* What became of a bind with a password. */
typedef enum LinkBind {
	LINK_BIND_GOOD,
	LINK_BIND_REFUSED, /* invalid credentials: servers count those, and lock the account */
	LINK_BIND_REFUSED_ALONE, /* the same, by a peer that may lack the account */
	LINK_BIND_OTHER,
} LinkBind;

/* What watches over a connection while it is made; data is passed to each. */
typedef struct LinkHooks {
	void *data;
	/* The step begins, and takes no longer than that unless something hangs. */
	void (*enter)(void *data, ProbeStep step, unsigned limit_msec);
	/* Waits until a password may be sent; false: it must not, a fault is in the probe. NULL: it
	 * may, and its result is not passed on. */
	bool (*may_bind)(void *data, Probe *probe);
	void (*bound)(void *data, LinkBind outcome);
	/* The peer sent so many more bytes; false: nothing more of it is wanted. NULL: up to
	 * LDAP_BYTES_MAX. */
	bool (*takes)(void *data, size_t n_bytes);
	/* entryCSN of the bind DN's entry in our copy; NULL: it has none. A peer without that
	 * change judges an older password. */
	const char *account_csn;
} LinkHooks;

/* A connection of our own to the provider of a link, bound the way the consumer binds. */
typedef struct PeerLink {
	Pool *pool;
	const Syncrepl *syncrepl;
	const LinkHooks *hooks; /* NULL: not watched */
	Probe *probe;           /* takes steps and faults */
	Url url;
	LDAP *ldap;
	LdapDeadline *deadline;
	unsigned timeout_msec; /* for each operation */
	/* Of the link's authzid, for operations with controls of their own: libldap does not send
	 * the connection's along with those. NULL: it reads as the account that binds. */
	LDAPControl *as;
} PeerLink;

/* Gives the next operation its full time. */
void peer_link_restart(const PeerLink *link);

/* The same, and what the peer sent so far was looked at: its bytes are counted anew. For callers
 * that read much and keep little. */
void peer_link_heard(const PeerLink *link);

/* A diagnostic of the peer as it may be shown: not when it repeats our password. */
const char *peer_link_text(const PeerLink *link, const char *text);

/* "ACTION: result N (...): TEXT": what the peer answered, for people. */
const char *peer_link_answer(const PeerLink *link, const char *action, const LdapAnswer *answer);

/* The last fault: could not be reached, or refused, and why. */
Content peer_link_failure(const PeerLink *link);

/* Adds a fault: an operation ended in a result other than success; code is the fault when the peer
 * answered. */
void peer_link_fail(PeerLink *link, ProbeCode code, const char *action, const LdapAnswer *answer);

/* The same where the peer did not answer at all; code is libldap's. */
void peer_link_fail_unanswered(const PeerLink *link, const char *action, int code);

/* A critical control: a server without the syncprov overlay answers 12, whatever olcAccess says. */
LDAPControl peer_link_refresh_only(void);

/* A step begins: it is bad until it was done, and takes no longer than that (0: it waits for
 * others). */
void peer_link_enter(const PeerLink *link, ProbeStep step, unsigned limit_msec);

/* Notes that it could not be tried, and why; returns false. */
bool peer_link_not_tested(PeerLink *link, ProbeCode code, const char *why);

/* Finds out what is wrong with TLS there, which libldap does not say, over one more connection;
 * false when nothing was found. */
bool peer_link_explain_tls(const PeerLink *link);

/* The link's timeout or network-timeout; bounded where slapd would wait without limit. */
unsigned peer_link_bounded_msec(const Syncrepl *syncrepl, SyncreplKeyword keyword);

/* Whether the keyword has that value, in letters of any case. */
bool peer_link_has(const PeerLink *link, SyncreplKeyword keyword, const char *text);

/* Whether TLS comes before anything else. */
bool peer_link_is_ldaps(const PeerLink *link);

#endif
