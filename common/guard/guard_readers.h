/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_READERS_H
#define SYNCWARD_GUARD_READERS_H

#include "common/draft/diff.h"

/* G12: what a reader cannot see, the other nodes lose; it must not be read from here. */
void guard_readers(Diff *diff);

#endif
