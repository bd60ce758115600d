/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_H
#define SYNCWARD_COMPOSE_H

#include "common/draft/diff.h"

/* Orders what nothing holds into steps, in place of those that the plan has; every prefix of them
 * leaves a server that starts again. */
void plan_compose(Diff *diff);

#endif
