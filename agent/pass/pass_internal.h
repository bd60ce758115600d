/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_INTERNAL_H
#define SYNCWARD_PASS_INTERNAL_H

#include "agent/pass/link_answers.h"
#include "agent/pass/needs_answer.h"
#include "agent/pass/pass_options.h"
#include "agent/pass/reader_answers.h"

/* What lives as long as one pass. */
typedef struct Pass {
	Pool *pool;
	const Inputs *inputs;
	const PassOptions *options;
	Directory *directory;
	Report *report;
	Known kept;  /* as the state folder has it */
	Known known; /* the same, and what this pass adds */
	LinkAnswers answers;
	SilentPeers silent;
	ReaderAnswers readers;
	Pool *look;       /* of what the last look found; NULL: there was none */
	Pool *first_look; /* of the first one */
	World world;
	Plan plan;       /* of the current round */
	bool has_intent; /* an intent file is there */
} Pass;

/* What this pass learnt so far is in the state folder, or: -1. */
int pass_keep(Pass *pass, Error *err);

/* What the state folder did not take is told with the report; the first of it. */
void pass_state_note(Pass *pass, const Error *err);

/* What must be remembered before anything is written could not be: so nothing is. -1. */
int pass_state_failed(Pass *pass, const Error *err);

/* Writes the plan of this round: its intent first, then its steps, then what is to be remembered of
 * them. Verifies nothing. */
int pass_write(Pass *pass, Error *err);

#endif
