/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_RELAY_H
#define SYNCWARD_FENCE_RELAY_H

#include "agent/fence/fence_work.h"

/* Takes from a relay what makes it a provider (common/copy/fence_apart.h), at each start until the
 * daemon has given it back, and completes a run that was interrupted; takes nothing from other
 * nodes. */
void fence_take_apart(Fence *fence, FenceRecord *record, const Entry *database);

#endif
