/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_ROUNDS_H
#define SYNCWARD_PASS_ROUNDS_H

#include "common/pass/pass_state.h"

/*
 * A plan is written, read again and planned again, until nothing is left or the same is left. For
 * the files of the pass: what is wanted when it begins, and after each of its answers.
 */
PassAction pass_rounds_begin(Pass *pass);

/* The plan of the pass, and no other behind it. */
PassAction pass_round_only(Pass *pass);

PassAction pass_intended(Pass *pass, const PassAnswer *answer);
PassAction pass_kept_intent(Pass *pass, const PassAnswer *answer);
PassAction pass_kept_indexed(Pass *pass, const PassAnswer *answer);
PassAction pass_set_out(Pass *pass, const PassAnswer *answer);
PassAction pass_stepped(Pass *pass, const PassAnswer *answer);
PassAction pass_told(Pass *pass);
PassAction pass_kept_applied(Pass *pass, const PassAnswer *answer);

/* A plan was made after a write. */
PassAction pass_planned_again(Pass *pass);

#endif
