/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_HIDING_H
#define SYNCWARD_STATE_HIDING_H

#include "agent/state/state_document.h"

/* Loads hiding-peers.json into a Known. */
StateLoad hiding_load;

#endif
