/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SAVED_PLAN_H
#define SYNCWARD_SAVED_PLAN_H

#include "agent/input/inputs.h"
#include "agent/look/look.h"
#include "common/plan/plan.h"

/* What a plan was made from, and the plan. */
typedef struct PlanBasis {
	const Inputs *inputs;
	const World *world;
	const Plan *plan;
	bool is_eased; /* by --release or --first-node: more may be done than was saved */
} PlanBasis;

/*
 * A saved plan is the plan as JSON, masked, with what it was made from: the entryCSN of every entry
 * read, the SHA-256 of peers.json, and which secret files written when (one written again with
 * what it held counts as changed). Nothing in it is derived from a secret.
 */
const char *saved_plan_print(Pool *pool, const PlanBasis *basis);

/* Writes text to a file of mode 0600, by atomic rename. */
int saved_plan_write(const char *path, const char *text, Error *err);

/* Reads a saved plan's text; ERROR_INPUT when it is none. */
int saved_plan_read(Pool *pool, const char *path, const JsonNode **ret, Error *err);

/* Checks that nothing changed since the plan was saved; ERROR_REFUSED names what did. */
int saved_plan_check(Pool *pool, const JsonNode *saved, const PlanBasis *basis, Error *err);

#endif
