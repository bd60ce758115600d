/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_LOOK_H
#define SYNCWARD_PASS_LOOK_H

#include "agent/ldap/directory.h"
#include "agent/look/link_answers.h"
#include "agent/look/look.h"
#include "agent/look/needs_answer.h"
#include "agent/look/reader_answers.h"

/* What a plan is made from, apart from the world: the same for every round of one pass. */
typedef struct PlannerInput {
	PlanInput plan; /* live and facts are those of each look */
	const Machine *machine;
	const LinkProbes *probes;      /* of links, made before; NULL: none */
	const DatabaseFacts *contents; /* with the peers' answers, which are not asked then */
	size_t n_contents;
	unsigned peers_patience_msec; /* PassOptions */
	SilentPeers *silent;          /* NeedsAsker */
	ExtraLooks *extra_looks;      /* PassOptions */
	bool writes;                  /* what the plan says is done */
	bool looks_for_old; /* entries: a search for each database, which the daemon makes elsewhere
			     */
	ReaderAnswers *readers; /* NULL: it is not asked what readers see */
	LinkAnswers *answers;   /* links are tried here and now; NULL: elsewhere */
} PlannerInput;

/* Looks at slapd and plans; reads what the first draft needs to know (contents, schema, links) and
 * plans again. Changes nothing. */
int planner_run(Directory *directory, Pool *pool, const PlannerInput *input, World *ret_world,
		Plan *ret, Error *err);

#endif
