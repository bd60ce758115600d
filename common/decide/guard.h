/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_H
#define SYNCWARD_GUARD_H

#include "common/plan/plan.h"

/* G8, for whoever writes to cn=config: true with the hold when cn=config itself is replicated. */
bool guard_config_hold(Pool *pool, const Live *live, const Machine *machine, Hold *ret);

#endif
