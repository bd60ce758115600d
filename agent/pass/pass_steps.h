/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_STEPS_H
#define SYNCWARD_PASS_STEPS_H

#include "agent/pass/look.h"
#include "agent/slapd/directory.h"
#include "agent/slapd/disk_witness.h"
#include "common/pass/applied.h"
#include "common/plan/plan.h"

/*
 * Sends the plan's steps in order, each when slapd is calm. Stops at the first step that fails and
 * is not optional: -1, with ret telling what was done before it. witness may be NULL: then result
 * 80 with an empty text counts as unsaved.
 */
int apply_steps(Directory *directory, DiskWitness *witness, Pool *pool, const Plan *plan,
		World *world, Applied *ret, Error *err);

#endif
