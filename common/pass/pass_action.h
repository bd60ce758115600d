/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_ACTION_H
#define SYNCWARD_PASS_ACTION_H

#include "common/base/error.h"
#include "common/copy/copy.h"
#include "common/plan/step.h"

/*
 * What common/pass wants done next, and what came of it. It has no effects of its own: whoever
 * carries its actions out (agent/pass; tests in memory) gives each answer to the next call.
 */
typedef enum PassWant {
	PASS_RUNNING, /* read cn=monitor again: who is at work in slapd */
	PASS_CONTENT, /* read the suffix entry of step->dn at this server */
	PASS_STEP,    /* send the step, one LDAP operation */
	PASS_WAIT,    /* for wait_msec, which may be 0 */
	PASS_OVER,    /* nothing more */
	PASS_WANT_COUNT
} PassWant;

typedef struct PassAction {
	PassWant want;
	const Step *step;   /* STEP, CONTENT */
	unsigned wait_msec; /* WAIT */
	bool may_end;      /* when the work is to end now, that is the answer, and it is not done */
	bool must_be_sent; /* STEP: neither a spent budget nor the end of the program keeps it
			      away */
} PassAction;

typedef struct PassAnswer {
	bool has_failed;
	Error error;         /* when it has */
	bool is_on_disk;     /* STEP: slapd was seen to write the entry's file */
	const Content *here; /* CONTENT */
} PassAnswer;

#endif
