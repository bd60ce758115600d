/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MEMORY_SHOWN_H
#define SYNCWARD_MEMORY_SHOWN_H

#include "common/draft/plan_input.h"

/* Sets what is remembered of the peers' copies of a database that joins: what they showed counts
 * even when they are gone. before: what was remembered until now, or NULL. In the pool. */
void memory_shown(Pool *pool, const Facts *facts, const KnownDatabase *before, KnownDatabase *ret);

#endif
