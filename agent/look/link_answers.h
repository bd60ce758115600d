/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINK_ANSWERS_H
#define SYNCWARD_LINK_ANSWERS_H

#include "agent/look/look.h"
#include "common/link/link_probes.h"

/* What peers said of links that were to be written, for all rounds of one pass. */
typedef struct LinkAnswers {
	Pool *pool;
	LinkProbes probes;
	bool took_turn; /* the nodes before this one were let go first */
} LinkAnswers;

/*
 * Tries the links that the plan must know about and nobody tried yet, all at once, and waits: as
 * long as their own timeouts take. Adds the answers; world learns which binds were refused. A link
 * that cannot be tried for lack of descriptors or the like is one that could not be tested.
 */
void link_answers_ask(LinkAnswers *answers, Directory *directory, const PlanInput *input,
		      const PlanNeeds *needs, World *world);

#endif
