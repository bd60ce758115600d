/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_ROLLOUT_H
#define SYNCWARD_GUARD_ROLLOUT_H

#include "common/draft/diff.h"

/* A new revision that is tried on other nodes first: told beside what corrects drift by the one in
 * force, or all of it held where that one is not at hand. */
void guard_rollout(Diff *diff);

/* Removals of peers, until all nodes show the revision that has them no more. */
void guard_rollout_removals(Diff *diff);

#endif
