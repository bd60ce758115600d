/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_RID_H
#define SYNCWARD_GUARD_RID_H

#include "common/draft/diff.h"

/* Holds what would get the rid that a staying value of the same database has. */
void guard_rids(Diff *diff);

#endif
