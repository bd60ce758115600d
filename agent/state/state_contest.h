/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_CONTEST_H
#define SYNCWARD_STATE_CONTEST_H

#include "agent/state/state_document.h"

/* Loads contests.json into a Known. */
StateLoad contests_load;

#endif
