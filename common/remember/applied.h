/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_APPLIED_H
#define SYNCWARD_APPLIED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/memory/memory.h"
#include "common/plan/step.h"

/* What became of one plan's steps. */
typedef struct Applied {
	const Step **done; /* steps that slapd accepted */
	size_t n_done;
	const char **failures; /* optional steps that it refused; the others went on */
	size_t n_failures;
	const Step **refused; /* those steps, in the same order */
	size_t n_refused;
	const Step *stopped_at; /* the step that failed; NULL: all were sent */
	UnsavedEntry *unsaved;  /* what slapd now holds in memory only */
	size_t n_unsaved;
	bool restarted_consumers;
} Applied;

#endif
