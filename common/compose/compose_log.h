/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_LOG_H
#define SYNCWARD_COMPOSE_LOG_H

#include "common/compose/compose_step.h"

/* What this node says of its log, which must not be said any more when links change. */
void compose_log_word(const Compose *compose, const DatabasePlan *database);

/* The other steps of the database's log. */
void compose_log(const Compose *compose, const DatabasePlan *database);

#endif
