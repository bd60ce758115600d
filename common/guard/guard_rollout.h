/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_ROLLOUT_H
#define SYNCWARD_GUARD_ROLLOUT_H

#include "common/draft/diff.h"

/* A new revision that is tried on other nodes first: it is reported while drift is corrected by the
 * revision in force; where that one is not at hand everything is held. */
void guard_rollout(Diff *diff);

/* Holds removals of peers until all nodes show the revision that no longer has them. */
void guard_rollout_removals(Diff *diff);

#endif
