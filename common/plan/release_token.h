/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RELEASE_TOKEN_H
#define SYNCWARD_RELEASE_TOKEN_H

#include "common/plan/plan.h"

/* What stands for all that the guard holds by this plan, of the database with that suffix (NULL: of
 * all), as it is shown to people: without passwords. NULL: it holds nothing. In the pool. */
const char *release_token(Pool *pool, const Plan *plan, Guard guard, const char *suffix);

/* Gives each hold that --release ends its token, for release_line.h: when the plan is made. */
void release_tokens_make(Pool *pool, Plan *plan);

#endif
