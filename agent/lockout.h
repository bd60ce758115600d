/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOCKOUT_H
#define SYNCWARD_LOCKOUT_H

#include "agent/directory.h"
#include "common/known.h"
#include "common/link.h"
#include "common/wanted.h"

/*
 * Nodes whose password files are wrong together must not lock the account: slapo-ppolicy(5)
 * replicates its count of refused binds (pwdFailureTime) between multi-provider nodes, so that one
 * wrong bind of each of a few nodes is too much. The account's entry is here as well: it tells
 * whether a bind was refused after our password file was written.
 */
typedef struct Lockout {
	Pool *pool;
	Directory *directory;
	const Known *known;
	const WantedDatabase *wanted; /* these three: of the last answer */
	const char *dn, *secret;
	bool is_in_danger;
} Lockout;

/* True when the link's password, which was not seen to work, should not be sent: ret then says so
 * as a refused probe. Takes one search for each account. */
bool lockout_withholds(Lockout *lockout, const WantedDatabase *wanted,
		       const WantedConsumer *consumer, LinkProbe *ret);

/* How long a node leaves its turn to those before it, so that it hears of their refused binds. */
unsigned lockout_turn_msec(const Wanted *wanted);

#endif
