/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_PARTIAL_H
#define SYNCWARD_GUARD_PARTIAL_H

#include "common/draft/diff.h"

/* G13: holds links that read a part only, and what would make a provider of a node that has one. */
void guard_partial(Diff *diff);

#endif
