/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVING_PARTS_H
#define SYNCWARD_LEAVING_PARTS_H

#include "common/desired/desired.h"
#include "common/plan/plan.h"

/* Adds a hold for each database whose peers would not all be connected without this one, by
 * peers.json as it is. */
void leave_hold_parting(Pool *pool, const Desired *desired, const Peer *self, Plan *plan);

#endif
