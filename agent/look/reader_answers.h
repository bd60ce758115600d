/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_ANSWERS_H
#define SYNCWARD_READER_ANSWERS_H

#include "agent/look/look.h"
#include "common/access/reader_views.h"

/* What readers were seen to read here, for all rounds of one pass. */
typedef struct ReaderAnswers {
	Pool *pool;
	ReaderViews views;
} ReaderAnswers;

/*
 * Finds out what olcAccess leaves open of the plan's readers: each binds here over ldapi with the
 * password that peers use, and what it sees is compared with what root sees (or the rootdn, where
 * a link's password is the rootdn's). Waits 10 s at most, and never past the directory's deadline.
 * Adds the answers; world learns which binds were refused. Where the plan wants to know, reads who
 * has a persistent search here.
 */
void reader_answers_ask(ReaderAnswers *answers, Directory *directory, const PlanInput *input,
			const Plan *plan, World *world);

#endif
