/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_IDENTITY_H
#define SYNCWARD_GUARD_IDENTITY_H

#include "common/draft/diff.h"
#include "common/live/machine.h"
#include "common/memory/memory.h"

/* True when this node was another machine until now: a clone, or a restored image (G11). */
bool machine_is_another(const KnownSelf *self, const Machine *machine, unsigned our_id);

/* G11: holds the server ID and the multi-provider flag where another node has this one's identity,
 * or clocks differ. */
void guard_identity(Diff *diff);

#endif
