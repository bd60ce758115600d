/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_FOUND_H
#define SYNCWARD_DAEMON_FOUND_H

#include "agent/found/triggers.h"
#include "agent/pass/pass.h"
#include "agent/pass/site.h"
#include "agent/system/clock.h"
#include "agent/tell/journal.h"
#include "common/tell/condition.h"

/* How far a pass got: what it did not look at goes on as it was. */
typedef enum PassStage {
	STAGE_BEGUN,
	STAGE_STATE,  /* looked at the state folder, under the lock */
	STAGE_INPUTS, /* at peers.json and the secrets */
	STAGE_SLAPD,  /* asked slapd */
	STAGE_PLAN,   /* knows what is to do */
	STAGE_COUNT
} PassStage;

/* What went wrong on our own side, each in words; NULL: nothing. */
typedef struct Troubles {
	const char *state;    /* the state folder: told once, while the work goes on */
	bool has_ended;       /* that ended the pass */
	const char *kept;     /* a file of it that the daemon alone writes */
	const char *settings; /* agent.json */
	const char *status;   /* the status, as it was written last */
	const char *watch;    /* what is not watched */
} Troubles;

/* When a pass began, and why. */
typedef struct FoundBegin {
	const Clock *clock;
	unsigned triggers;
	unsigned long number; /* 1: the first pass of this daemon */
	uint64_t started_usec;
} FoundBegin;

/* What passes and rounds before left. */
typedef struct FoundBefore {
	const ConditionList *told; /* what lasted behind the pass before */
	const LinkProbes *answers; /* the newest of each link */
} FoundBefore;

/* What one pass found. daemon.c fills it; the concerns of the daemon read it. */
typedef struct Found {
	Pool *pool; /* of the pass */
	FoundBegin begin;
	Context context;
	JournalContext journal;
	int lock; /* of writers; -1: not held */
	FoundBefore before;
	PassStage stage;
	StateRead state;
	bool has_order; /* a person's resume that no pass heeded yet */
	bool has_inputs;
	Inputs inputs;
	Directory *directory; /* NULL: there is no connection */
	Report report;
	Troubles troubles;
} Found;

uint64_t found_now_usec(const Found *found);
int64_t found_realtime_sec(const Found *found);

/* Whether that is among the reasons of the pass. */
bool found_is_caused_by(const Found *found, Trigger trigger);

/* One of our own files caused trouble. The first trouble of a pass is the one that is reported. */
void found_state_problem(Found *found, const Error *err);

#endif
