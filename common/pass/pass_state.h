/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_STATE_H
#define SYNCWARD_PASS_STATE_H

#include "common/base/sha256.h"
#include "common/pass/pass_action.h"
#include "common/pass/pass_report.h"
#include "common/pass/pass_steps.h"
#include "common/plan/changed_back.h"

/* What a pass is based on, from its beginning to its end. */
typedef struct PassInput {
	PlanInput plan;             /* live, facts and known are those of the pass */
	const char *const *notices; /* of the state folder: what had to be put aside */
	size_t n_notices;
	const char *intent; /* of an apply that did not end; NULL: there is none */
	bool may_write;     /* false: plan only */
	bool is_paused;     /* look and tell only */
	bool has_saved;     /* there is a saved plan that must still hold */
	bool forgets_first; /* the report needs the last look only, not the first: less memory */
} PassInput;

/* Whose answer is awaited. */
typedef enum PassPhase {
	PASS_BEGINS,
	PASS_LOOKS,        /* a look */
	PASS_KEPT_REFUSED, /* what peers refused in it */
	PASS_CHECKED,      /* the saved plan */
	PASS_KEPT_BEFORE,  /* what must be remembered before anything is written */
	PASS_INTENDED,     /* may this plan be written? */
	PASS_KEPT_INTENT,
	PASS_KEPT_INDEXED,
	PASS_SETS_OUT,
	PASS_STEPS, /* steps on their way */
	PASS_TOLD,
	PASS_KEPT_APPLIED,
	PASS_WAITED, /* for consumers or an index to appear */
	PASS_KEPT_LAST,
	PASS_ENDS_INTENT,
	PASS_IS_OVER
} PassPhase;

/* One pass on its way. For those who carry its actions out: world, plan, look. */
typedef struct Pass {
	Pool *pool;
	PassInput input;
	Report *report;
	Known known;      /* as remembered, and what this pass adds */
	World world;      /* of the last look */
	Plan plan;        /* of the last look */
	Pool *look;       /* of what the last look found; NULL: there was none */
	Pool *first_look; /* of the first one */
	PassPhase phase;
	bool has_begun;  /* the first plan was made: what follows a look is another */
	bool is_opening; /* in audit: what the fence closed opens, and no more */
	bool has_intent; /* an intent file is there */
	bool was_opened; /* memory_opened() */
	bool is_stale;   /* world is of before something was, or may have been, written */
	unsigned round, n_rounds;
	char digest[SHA256_HEX_SIZE]; /* of the plan of this round */
	ChangedEntry changed;         /* by the first step of this round's plan, before it */
	bool was_conflict;            /* with another writer, in this round: */
	Error conflict;
	PassSteps steps;
	unsigned waited_msec; /* behind a write */
} Pass;

#endif
