/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/copy_doubted.h"

#include <string.h>

#include "common/plan/plan_changes.h"

typedef struct DoubtRow {
	const char *code;
	CopyDoubt doubt;
	bool outlasts_plans;
} DoubtRow;

static const DoubtRow rows[] = {
	{"unfenced", COPY_MAY_BE_WRONG, false},
	{"empty", COPY_MAY_BE_WRONG, false},
	{"partial-link", COPY_MAY_BE_WRONG, false},
	{"older", COPY_MAY_BE_WRONG, true},
	{"perhaps-older", COPY_MAY_BE_WRONG, true},
	{"restored", COPY_MAY_BE_WRONG, true},
	{"replaced", COPY_MAY_BE_WRONG, true},
	{"relay-was-cut", COPIES_MAY_DIFFER, true},
	{"old-entries", COPIES_MAY_DIFFER, false},
	{"unstamped-entries", COPIES_MAY_DIFFER, false},
	{"unstamped", COPIES_MAY_DIFFER, false},
	{"no-present", COPIES_MAY_DIFFER, false},
	{"readers-denied", COPIES_MAY_DIFFER, false},
};

static const DoubtRow *row_of(const char *code)
{
	for (size_t i = 0; code && i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].code, code) == 0)
			return &rows[i];
	return NULL;
}

bool plan_doubts_copy(const PlanHolds *held, const char *suffix)
{
	return plan_hold_of(held, suffix, GUARD_JOINING) ||
	       plan_hold_of(held, suffix, GUARD_CONTENT);
}

CopyDoubt finding_doubts_copy(const char *code)
{
	const DoubtRow *row = row_of(code);

	return row ? row->doubt : COPY_NOT_DOUBTED;
}

bool finding_outlasts_plans(const char *code)
{
	const DoubtRow *row = row_of(code);

	return row && row->outlasts_plans;
}
