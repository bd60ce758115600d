/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_STEPS_H
#define SYNCWARD_PASS_STEPS_H

#include "common/live/live_config.h"
#include "common/pass/pass_action.h"
#include "common/plan/plan.h"
#include "common/remember/applied.h"

typedef enum StepsPhase {
	STEPS_BEGIN,        /* the step is to be prepared */
	STEPS_STARTED,      /* a look woke slapd, so that new consumers start */
	STEPS_LET_START,    /* they had a moment */
	STEPS_LOOKED,       /* is slapd calm? */
	STEPS_NOT_CALM,     /* it was not, a while ago */
	STEPS_SENT,         /* what became of the step? */
	STEPS_SEARCHED,     /* is there what a search must find? */
	STEPS_NOT_FOUND,    /* it was not, a while ago */
	STEPS_COUNTED,      /* does slapd count an entry where it must? */
	STEPS_NOT_COUNTED,  /* it did not, a while ago */
	STEPS_COVERED,      /* is every entry covered that must be before the step is sent? */
	STEPS_BROUGHT_BACK, /* the overlay that a search was waited for with, after a failure */
	STEPS_OVER
} StepsPhase;

/*
 * The steps of one plan on their way, in order, each when slapd is calm. They stop at the first
 * that fails and is not optional.
 */
typedef struct PassSteps {
	Pool *pool;
	const Plan *plan;
	const Live *live; /* who looks again puts there what is found */
	bool has_monitor;
	Applied applied; /* what became of them so far */
	bool has_failed;
	Error error; /* when it has */
	StepsPhase phase;
	size_t at;                 /* which step */
	size_t n_covered;          /* how many databases were seen to be covered for it */
	unsigned waited_msec;      /* for calm, or for what a search must find */
	unsigned new_patience_sec; /* for the consumers that a step before made; 0: none did */
} PassSteps;

/* Borrows plan and live. */
PassSteps pass_steps_begin(Pool *pool, const Plan *plan, const Live *live, bool has_monitor);

/* What is to be done next; answer: what came of the action before. PASS_OVER: all of it stands in
 * steps. */
PassAction pass_steps_next(PassSteps *steps, const PassAnswer *answer);

#endif
