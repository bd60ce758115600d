/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOG_GAP_H
#define SYNCWARD_LOG_GAP_H

#include "common/draft/plan_input.h"

/*
 * A log may begin later than it says (minCSN), which is the contextCSN on disk: a node that read it
 * without the changes in between would never get them, with equal contextCSN (2.5.13, 2.6.10).
 */

/* True while this node is not known to have all that the provider had when it showed its log. */
bool log_gap_is_possible(const PlanInput *in, const char *suffix, const Probe *probe);

#endif
