/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RELEASE_LINE_H
#define SYNCWARD_RELEASE_LINE_H

#include "common/plan/plan.h"

/* The guard that the line releases, which may be another than the one that holds; -1: none. */
int release_line_guard(const char *line);

/* What is printed as the end of the hold: its command with the token ("--release G4=1f0a3c"), or
 * its line as it is. */
const char *hold_release_line(Pool *pool, const Hold *hold);

#endif
