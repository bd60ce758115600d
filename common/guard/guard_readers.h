/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_READERS_H
#define SYNCWARD_GUARD_READERS_H

#include "common/draft/diff.h"

/* G12: the other nodes would lose what a reader cannot see here, so they must not read from here.
 */
void guard_readers(Diff *diff);

#endif
