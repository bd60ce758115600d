/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_BOUND_RELEASE_H
#define SYNCWARD_BOUND_RELEASE_H

#include "common/plan/consent.h"
#include "common/plan/plan.h"

/* GUARD_BITs of the releases whose token stands for something else than what is held by this plan,
 * which was made without any release. */
unsigned bound_releases_stale(Pool *pool, const Consent *consent, const Plan *held);

#endif
