/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DATABASE_REFUSAL_H
#define SYNCWARD_DATABASE_REFUSAL_H

#include "common/live/live_config.h"

/* Why syncward does not replicate a database that has a suffix: a clause to follow its name. NULL:
 * it does. */
const char *database_refusal(Pool *pool, const Live *live, const LiveDatabase *database);

/* True when slapd neither shows nor serves it (olcDisabled), whatever it holds. */
bool live_is_disabled(const LiveDatabase *database);

#endif
