/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_CONSUMERS_H
#define SYNCWARD_COMPOSE_CONSUMERS_H

#include "common/compose/compose_step.h"

/* The consumers of one database, its multi-provider flag and its end of being read-only: one
 * modify. */
void compose_consumers(const Compose *compose, const DatabasePlan *database);

/* Adds a value that stays, as we print it, to a list that is written again. */
void mod_kept_value(Pool *pool, Mod *mod, const LiveConsumer *consumer);

/* How many sessions end when all consumers of the database are made anew. */
size_t sessions_of(const LiveDatabase *live);

#endif
