/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_LINK_H
#define SYNCWARD_STATE_LINK_H

#include "agent/state/state_document.h"

/* Loads links.json into a Known. */
StateLoad links_load;

#endif
