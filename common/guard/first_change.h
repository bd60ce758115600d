/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FIRST_CHANGE_H
#define SYNCWARD_FIRST_CHANGE_H

#include "common/draft/diff.h"

/* Judges of each database with a heartbeat, where that would be the first change under this node's
 * own server ID, whether it would find all connected that read from here; notes what must be asked.
 */
void first_changes_judge(Diff *diff);

#endif
