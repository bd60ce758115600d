/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_CONTESTED_H
#define SYNCWARD_GUARD_CONTESTED_H

#include "common/memory/contest.h"
#include "common/plan/authors.h"
#include "common/plan/plan.h"

/* Contests (common/memory/contest.h) as plans see them. */

/* The attribute that the change is counted under; NULL for a change that nobody can contest.
 * Consumers and the multi-provider flag are one: held alone, one could make slapd refuse to start.
 */
const char *contest_attribute(const Change *change);

/* What is remembered of the change's attribute; NULL: nothing. */
const Contest *contest_of_change(const ContestList *list, const Change *change);

/* Notes those changes of the plan that the step made and that another writer made necessary. */
void contests_note_step(Pool *pool, ContestList *list, const Plan *plan,
			const Attribution *attributions, const Step *step, int64_t now_sec,
			bool may_contest);

/* The attributes that the plan would change, also those that are held. */
void contests_needed(Pool *pool, const Plan *plan, ContestLook *ret);

#endif
