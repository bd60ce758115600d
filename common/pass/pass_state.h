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

/* Where lives what a look found, and the plan made from it. */
typedef struct PassPools {
	Pool *look;       /* the last one; NULL: there was none */
	Pool *first_look; /* the first one */
} PassPools;

/* One round: from a look, by its plan, to what became of that. */
typedef struct PassRound {
	unsigned number;
	char digest[SHA256_HEX_SIZE]; /* of its plan */
	ChangedEntry changed;         /* by the first step of its plan, before it */
	bool was_conflict;            /* with another writer: */
	Error conflict;
	unsigned waited_msec; /* behind a write */
} PassRound;

/* One pass on its way. For those who carry its actions out: world, plan, look. */
typedef struct Pass {
	Pool *pool;
	PassInput input;
	Report *report;
	Known known;   /* as remembered, and what this pass adds */
	Planned now;   /* of the last look */
	bool is_stale; /* that is of before something was, or may have been, written */
	PassPools pools;
	PassPhase phase;
	bool has_begun;  /* the first plan was made: what follows a look is another */
	bool is_opening; /* in audit: what the fence closed opens, and no more */
	bool has_intent; /* an intent file is there */
	bool was_opened; /* memory_opened() */
	PassRound turn;
	unsigned n_rounds;
	PassSteps steps;
} Pass;

#endif
