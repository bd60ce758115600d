/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVING_PARTS_H
#define SYNCWARD_LEAVING_PARTS_H

#include "common/desired/desired.h"
#include "common/plan/plan.h"

/* Adds a hold for each database that is in parts without this peer, as peers.json is now. */
void leave_hold_parting(Pool *pool, const Desired *desired, const Peer *self, Plan *plan);

#endif
