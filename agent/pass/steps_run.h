/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STEPS_RUN_H
#define SYNCWARD_STEPS_RUN_H

#include "agent/disk/disk_witness.h"
#include "agent/ldap/directory.h"
#include "agent/look/look.h"
#include "common/pass/pass_steps.h"

/* Where steps are sent, and what observes their effects. */
typedef struct StepsPlace {
	Directory *directory;
	DiskWitness *witness; /* NULL: result 80 with an empty text counts as unsaved */
	World *world;         /* its live is looked at again while waiting, in look */
	Pool *pool;
	Pool *look;   /* of the last look while waiting; NULL: there was none yet */
	Content here; /* as it was read last */
} StepsPlace;

/* Gives slapd the time that an answer may take: giving up on a write that is only held up would
 * leave it unknown whether it happened. Before the first step. */
void steps_outlast_stalls(const StepsPlace *place);

/* Carries one action of pass_steps_next() out. Strings of the answer live until the next one. */
PassAnswer steps_do(StepsPlace *place, const PassAction *action);

/* Sends the plan's steps, as common/pass/pass_steps.h wants them. -1 when they stopped at one, with
 * ret telling what was done before it. */
int steps_run(StepsPlace *place, const Plan *plan, Applied *ret, Error *err);

#endif
