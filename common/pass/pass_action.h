/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_ACTION_H
#define SYNCWARD_PASS_ACTION_H

#include "common/base/error.h"
#include "common/copy/copy.h"
#include "common/memory/memory.h"
#include "common/plan/plan.h"
#include "common/remember/applied.h"

/*
 * What common/pass wants done next, and what came of it. It has no effects of its own: whoever
 * carries its actions out (agent/pass; tests in memory) gives each answer to the next call.
 */
typedef enum PassWant {
	PASS_LOOK,    /* read cn=config, cn=monitor and this machine; ask what the draft of a plan
			 needs of peers and links; plan: into the world and plan of the pass */
	PASS_CHECK,   /* does the saved plan still hold? */
	PASS_KEEP,    /* put this on disk before anything else happens */
	PASS_INTEND,  /* the plan is about to be written; the answer may be: later */
	PASS_SET_OUT, /* the intent is on disk, and steps follow: is it still ours to write? */
	PASS_RUNNING, /* read cn=monitor again: who is at work in slapd */
	PASS_CONTENT, /* read the suffix entry of step->dn at this server; or of covered, and
			 whether contextCSN has every entry of step->covered_sid */
	PASS_STEP,    /* send the step, one LDAP operation */
	PASS_WAIT,    /* for wait_msec, which may be 0 */
	PASS_WROTE,   /* no more steps of this plan: to be told */
	PASS_OVER,    /* nothing more */
	PASS_WANT_COUNT
} PassWant;

typedef struct PassAction {
	PassWant want;
	Pool *look;           /* LOOK: where what it finds lives */
	bool is_behind_write; /* LOOK: rights and entries may be others than before */
	const Known *known;   /* KEEP: what is remembered; NULL: nothing to keep of it */
	const char *intent;   /* KEEP: what is about to be done; NULL: nothing new */
	bool ends_intent;     /* KEEP: it is done, or known not to be */
	bool is_not_needed;   /* KEEP: when it cannot be kept it is not tried again */
	const Plan *plan;     /* INTEND, SET_OUT, WROTE */
	const char *digest;   /* INTEND: tells the plan from others; derived from passwords */
	const Step *step;     /* STEP, CONTENT */
	const char *covered;  /* CONTENT: a suffix; NULL: that of the step */
	bool must_be_sent;    /* STEP: neither a spent budget nor the end of the program keeps it
				 away */
	unsigned wait_msec;   /* WAIT */
	bool may_end; /* when the work is to end now, that is the answer, and it is not done */
	const Applied *applied; /* WROTE: what became of the steps */
	const Error *error;     /* WROTE: why they ended early; NULL: they did not */
} PassAction;

typedef struct PassAnswer {
	bool has_failed;
	Error error;         /* when it has */
	bool is_later;       /* INTEND: it is left for a later pass */
	const Known *kept;   /* KEEP: what is on disk now */
	bool is_on_disk;     /* STEP: slapd was seen to write the entry's file */
	const Content *here; /* CONTENT */
} PassAnswer;

#endif
