/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_STEPS_H
#define SYNCWARD_PASS_STEPS_H

#include "agent/pass/look.h"
#include "agent/slapd/directory.h"
#include "agent/slapd/disk_witness.h"
#include "common/plan/plan.h"

/* What became of one plan's steps. */
typedef struct Applied {
	const Step **done; /* steps that slapd accepted */
	size_t n_done;
	const char **failures; /* optional steps that it refused: the rest went on */
	size_t n_failures;
	const Step **refused; /* those steps, in the same order */
	size_t n_refused;
	const Step *stopped_at; /* the step that failed; NULL: all were sent */
	UnsavedEntry *unsaved;  /* what slapd now holds in memory only */
	size_t n_unsaved;
	bool restarted_consumers;
} Applied;

/*
 * Sends the plan's steps in order, each when slapd is calm. Stops at the first step that fails and
 * is not optional: -1, with ret telling what was done before it. witness may be NULL: then result
 * 80 with an empty text counts as unsaved.
 */
int apply_steps(Directory *directory, DiskWitness *witness, Pool *pool, const Plan *plan,
		World *world, Applied *ret, Error *err);

#endif
