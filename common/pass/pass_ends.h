/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_ENDS_H
#define SYNCWARD_PASS_ENDS_H

#include "common/pass/pass_state.h"

/* How a pass looks, and how it ends: for the files of the pass. */

/* A look with a pool of its own. The former look is freed, unless the report shows it. */
PassAction pass_look(Pass *pass, bool is_behind_write);

PassAction pass_keep(Pass *pass, PassPhase phase);

/* What it saw at its last look is remembered, whatever ended it. err NULL: nothing went wrong. */
PassAction pass_end(Pass *pass, const Error *err);

/* What must be remembered before anything is written could not be: so nothing is. */
PassAction pass_state_failed(Pass *pass, const Error *err);

/* The answers of the end. */
PassAction pass_kept_last(Pass *pass, const PassAnswer *answer);
PassAction pass_ended_intent(Pass *pass, const PassAnswer *answer);

#endif
