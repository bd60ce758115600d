/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_STEP_H
#define SYNCWARD_COMPOSE_STEP_H

#include "common/draft/diff.h"
#include "common/plan/plan_changes.h"

/* What the files compose_*.c share: how a step is put together, and the changes that it is made
 * of. */
typedef struct Compose {
	Diff *diff;
	Plan *plan;
} Compose;

/* Begins another change of an attribute; valid until the next one. */
Mod *mod_add(Pool *pool, Step *step, ModKind kind, const char *attribute);

void mod_value(Pool *pool, Mod *mod, const char *value);

/* Both in one, for a single value. */
void mod_one(Pool *pool, Step *step, ModKind kind, const char *attribute, const char *value);

/* Puts the step behind those of the plan, unless it would change nothing. */
void step_push(const Compose *compose, Step step);

#endif
