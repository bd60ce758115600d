/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_AUTHORS_H
#define SYNCWARD_DAEMON_AUTHORS_H

#include "agent/found/daemon_found.h"
#include "common/memory/contest.h"
#include "common/plan/authors.h"
#include "common/tell/told_plan.h"

/* Who made the changes in the plans of one pass necessary. Zero at its beginning. */
typedef struct PassAuthors {
	AttributedList all;
	const Attribution *of_plan; /* of the changes of the plan that was looked at last */
	bool has_drift;             /* one of them was caused by somebody else */
} PassAuthors;

/* A plan, what it was made from, and what is known of authors and of contests. */
typedef struct AuthorsLook {
	const Plan *plan;
	const Tree *config;
	const Seen *seen;
	const ContestList *contests;
} AuthorsLook;

/* Takes in a plan. What is to be told of it: each change that somebody else made necessary, once,
 * however long it takes until it can be corrected. */
EventList daemon_authors_look(PassAuthors *authors, const Found *found, const AuthorsLook *look);

#endif
