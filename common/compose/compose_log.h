/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_LOG_H
#define SYNCWARD_COMPOSE_LOG_H

#include "common/compose/compose_step.h"

/* The steps of the database's log. */
void compose_log(const Compose *compose, const DatabasePlan *database);

#endif
