/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_AGE_H
#define SYNCWARD_STATE_AGE_H

#include "agent/state/state_document.h"

/* Loads consumers.json into a Known. */
StateLoad ages_load;

#endif
