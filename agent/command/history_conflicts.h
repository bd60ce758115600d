/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HISTORY_CONFLICTS_H
#define SYNCWARD_HISTORY_CONFLICTS_H

#include "agent/options/options.h"

/* history --conflicts: since_sec 0: as far as the logs reach back. Returns the exit status. */
int history_conflicts(const Options *options, int64_t since_sec);

#endif
