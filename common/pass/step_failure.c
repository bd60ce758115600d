/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/step_failure.h"

#include <string.h>

#include "common/remedies/remedies.h"

static void note_unsaved(Pool *pool, const StepFailure *failure, Applied *applied)
{
	const Step *step = failure->step;
	UnsavedEntry unsaved = {
		.dn = step->dn,
		.slapd_started = pool_strdup(pool, failure->slapd_started),
	};

	if (step->kind != STEP_MODIFY)
		POOL_PUSH(pool, applied->unsaved, applied->n_unsaved, unsaved);
	for (size_t i = 0; step->kind == STEP_MODIFY && i < step->n_mods; i++) {
		/* DELETE and REPLACE of one attribute stand side by side. */
		if (i > 0 && strcmp(step->mods[i].attribute, step->mods[i - 1].attribute) == 0)
			continue;
		unsaved.attribute = step->mods[i].attribute;
		POOL_PUSH(pool, applied->unsaved, applied->n_unsaved, unsaved);
	}
}

/* Then nobody knows what slapd has, or it would answer the next one no better. */
static bool ends_all(ErrorClass class)
{
	return class == ERROR_UNREACHABLE || class == ERROR_STOPPED || class == ERROR_CONFLICT ||
	       class == ERROR_BUSY;
}

bool step_failure_stops(Pool *pool, StepFailure *failure, Applied *applied)
{
	const Step *step = failure->step;
	Error *err = &failure->error;

	if (err->class == ERROR_UNSAVED && !failure->is_on_disk) {
		note_unsaved(pool, failure, applied);
		(void)error_set(
			err, ERROR_UNSAVED, err->code,
			"slapd took the change of %s into its memory but could not write its file: "
			"its disk is full or read-only: %s; the next `%s` writes it again. Do not "
			"restart slapd before",
			step->dn, remedy_text(REMEDY_MAKE_ROOM), remedy_text(REMEDY_APPLY));
		return true;
	}
	if (!step->is_optional || ends_all(err->class))
		return true;
	POOL_PUSH(pool, applied->failures, applied->n_failures, pool_strdup(pool, err->text));
	POOL_PUSH(pool, applied->refused, applied->n_refused, step);
	return false;
}
