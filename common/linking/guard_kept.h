/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_KEPT_H
#define SYNCWARD_GUARD_KEPT_H

#include "common/draft/diff.h"

/* Holds what needs a list of olcSyncrepl values written again in which one stays that is not
 * understood; when a person released it, that one is taken out. */
void guard_kept_values(Diff *diff);

#endif
