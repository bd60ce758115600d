/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PLANNED_H
#define SYNCWARD_PLANNED_H

#include "common/pass/world.h"
#include "common/plan/plan.h"

/* What one look found, and the plan that was made from it: the plan borrows from the world. */
typedef struct Planned {
	World world;
	Plan plan;
} Planned;

#endif
