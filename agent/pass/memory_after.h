/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MEMORY_AFTER_H
#define SYNCWARD_MEMORY_AFTER_H

#include "agent/input/inputs.h"
#include "agent/pass/pass_steps.h"

/* What the state folder learns from a pass. Each writes only what changed. */

/* The revision in force, and per database which providers were there before us (once it is in
 * step). */
int remember_in_step(Pool *pool, const Inputs *inputs, const Plan *plan, const Facts *facts,
		     const Known *known, Error *err);

/* Which databases the plan holds as joining or under G10, and what their peers showed, before
 * anything is written; updates known. */
int remember_held(Pool *pool, const char *state_dir, const Plan *plan, const Facts *facts,
		  Known *known, Error *err);

/* That slapd is about to build an index over entries: where it does not tell when that is done, the
 * next write waits (guard indexing). Before it is asked to. */
int remember_indexing(const char *state_dir, const Plan *plan, const Facts *facts, Known *known,
		      Error *err);

/* A person let a node come back that left: whatever ends this pass, the next one goes on with it.
 */
int remember_rejoining(const char *state_dir, unsigned released, Known *known, Error *err);

/* What slapd holds in memory only, and that scrambled consumers were healed: known is what was
 * remembered so far, and is updated. */
int remember_applied(Pool *pool, const char *state_dir, const World *world, const Applied *applied,
		     Known *known, Error *err);

/* Which machine this node is; one that a person did not let pass (G11) is not taken over. */
int remember_machine(const Inputs *inputs, unsigned released, Error *err);

/* Which links were seen to work, in cn=monitor or by a probe, or were written because a person said
 * so (released: GUARD_BITs). */
int remember_links(const char *state_dir, const World *world, const Plan *plan, const Known *known,
		   unsigned released, Error *err);

/* What peers refused stays refused: plans ask peers as well. known takes it. */
int remember_refusals(Pool *pool, const char *state_dir, const World *world, Known *known,
		      Error *err);

/* Databases that the fence closed and that are open now, whoever opened them: from now on what they
 * hold is right. 1 when that became another, which the next plan needs. */
int remember_opened(Pool *pool, const char *state_dir, const World *world, const Known *known,
		    Error *err);

/* Since when consumers run that hold older TLS files, so that it stays known behind other changes.
 */
int remember_ages(const char *state_dir, const Plan *plan, const Known *known, Error *err);

#endif
