/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_RESULT_H
#define SYNCWARD_GUARD_RESULT_H

#include "common/draft/diff.h"

/*
 * The result is judged, whatever combination of changes and guards made it: each prefix of the
 * composed steps is carried out in memory, and the rules are checked against the resulting
 * cn=config. A breach is held and counted in the plan: it means that a guard failed, since each
 * rule has one that holds such changes with a better message.
 *
 * Returns true when it held something: the steps must be composed anew.
 */
bool guard_result(Diff *diff);

#endif
