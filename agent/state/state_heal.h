/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_HEAL_H
#define SYNCWARD_STATE_HEAL_H

#include "agent/state/state_document.h"

/* Loads heal.json into a Known. */
StateLoad heal_load;

#endif
