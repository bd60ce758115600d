/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EXTRA_LOOK_H
#define SYNCWARD_EXTRA_LOOK_H

#include "agent/ldap/directory.h"
#include "agent/look/extra_looks.h"
#include "common/draft/plan_input.h"
#include "common/link/password_gate.h"
#include "common/link/password_proof.h"
#include "common/plan/plan.h"

typedef struct ExtraQuestion {
	const Live *live;
	const Need *needs; /* this database's, and those that come behind it */
	size_t n_needs;
	const DatabaseFacts *facts;
	unsigned our_id;
	const PasswordSight *sight;
	ExtraLooks *looks; /* of passes that have a deadline; NULL: it is made here, to its end */
	bool wants_fresh;  /* what an earlier pass saw is not enough */
} ExtraQuestion;

/*
 * Reads entryUUID and entryCSN of all entries here, as root over ldapi or as the link's account,
 * whichever surely sees all, then at a peer of which everything is here (joining_extra_peer()):
 * what only this node has although that one had it. Never fails: what was not seen to the end is
 * not known, and says why. Takes 32 bytes an entry. A password is not sent that
 * lockout_withholds(); one that is refused here comes to the refusals. Texts are the pool's.
 */
CopyExtra extra_look(Directory *directory, Pool *pool, const ExtraQuestion *question,
		     ProbeRefusals *refusals);

#endif
