/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_NEXT_H
#define SYNCWARD_PASS_NEXT_H

#include "common/pass/pass_state.h"

/*
 * A whole pass: look, plan, and when it may write: write, verify, remember. It is given what was
 * found and says what it wants next; whoever carries that out may be killed between any two.
 */

/* Begins in place. Everything in the report lives in the pool; pass, report and what the input
 * names must outlive it. known: what is remembered. */
void pass_begin(Pass *pass, Pool *pool, const PassInput *input, const Known *known, Report *report);

/* True when this pass may write more than what ends a closing of our own. */
bool pass_writes(const Pass *pass);

/* What is wanted next; answer: what came of the action before. After PASS_OVER the report is
 * complete. */
PassAction pass_next(Pass *pass, const PassAnswer *answer);

#endif
