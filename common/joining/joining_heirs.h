/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_HEIRS_H
#define SYNCWARD_JOINING_HEIRS_H

#include "common/comparing/joining_copies.h"

/* Why nothing can be said before the consumers of the database were asked; NULL: they were, or
 * there is none. Notes that they must be. */
const Hold *joining_await_heirs(const Joining *joining);

/* Of a database with entries here: a consumer that would lose what only it has, when it reads this
 * node, or that they are still to be asked; NULL: none shows that. */
const Hold *joining_judge_heirs(const Joining *joining);

/* Of one that has all that providers have: a consumer that has more, which some provider lost, or
 * that they are still to be asked; NULL: none shows that. */
const Hold *joining_judge_ahead(const Joining *joining);

/* The same of one that is empty here, where that consumer holds entries. */
const Hold *joining_hold_empty_beside(const Joining *joining, const Content *heir);

/* True where there is no other provider, and all that some consumer has is here, or all of them
 * answered and hold nothing. */
bool joining_heirs_have_no_more(const Joining *joining);

#endif
