/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_RETURNING_H
#define SYNCWARD_GUARD_RETURNING_H

#include "common/draft/diff.h"

/* Holds the links of a database that comes back after `leave` while nodes read it: slapd sends them
 * what this node reads first, and they take back what was deleted meanwhile (2.4.57). */
void guard_returning(Diff *diff);

#endif
