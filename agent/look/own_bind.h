/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OWN_BIND_H
#define SYNCWARD_OWN_BIND_H

#include "agent/ldap/ldap_local.h"
#include "agent/look/look.h"
#include "agent/peer/lockout.h"

/* A bind at this server, as peers bind: with a link's account and password. */
typedef struct OwnBind {
	Pool *pool;
	Directory *directory;
	const PasswordSight *sight;
	const WantedDatabase *wanted;
	const WantedConsumer *link;
	Budget budget;
} OwnBind;

/* Why it could not be. */
typedef struct OwnBindProblem {
	const char *text;
	bool is_passing; /* it may be another one in a moment */
} OwnBindProblem;

/* NULL: ret_problem says why. A password that was refused before is not sent, nor one whose account
 * is not here: servers count refused binds, and lock the account. world learns of a refusal. */
LDAP *own_bind_open(const OwnBind *bind, World *world, OwnBindProblem *ret_problem);

#endif
