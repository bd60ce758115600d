/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOCKOUT_H
#define SYNCWARD_LOCKOUT_H

#include "agent/ldap/directory.h"
#include "common/link/link_probes.h"
#include "common/link/password_gate.h"
#include "common/link/password_proof.h"
#include "common/wanted/wanted.h"

/* An account and its password, as our own copy and what was seen of links show them. */
typedef struct LockoutAccount {
	const char *dn, *secret;
	const char *csn;   /* entryCSN; NULL: the account is elsewhere, or hidden */
	bool is_proven;    /* password_is_proven() */
	bool is_in_danger; /* not proven, and refused since: to be sent nowhere */
} LockoutAccount;

/*
 * Nodes whose password files are wrong together must not lock the account: slapo-ppolicy(5)
 * replicates its count of refused binds (pwdFailureTime) between multi-provider nodes, so that one
 * wrong bind of each of a few nodes is too much. The account's entry is here as well: it tells
 * whether a bind was refused after our password file was written.
 */
typedef struct Lockout {
	Pool *pool;
	Directory *directory;
	PasswordSight sight;
	const WantedDatabase *wanted; /* this and the account: of the last answer */
	LockoutAccount account;
} Lockout;

/* The account with whose password the link binds; valid until the next is asked for. NULL when it
 * sends none, or which one is not known. Takes one search for each account. */
const LockoutAccount *lockout_account(Lockout *lockout, const WantedDatabase *wanted,
				      const WantedConsumer *consumer);

/*
 * Why the password of the link's account must not be sent to that server now, for a sentence about
 * the account; NULL: it may be. refusals: what any server refused before.
 */
const char *lockout_withholds(Lockout *lockout, const ProbeRefusals *refusals,
			      const WantedDatabase *wanted, const WantedConsumer *consumer,
			      const char *provider);

/* The answer to a link whose password is not to be sent: a refused probe. */
LinkProbe lockout_answer(Pool *pool, const WantedDatabase *wanted, const WantedConsumer *consumer);

#endif
