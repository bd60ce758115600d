/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_WORK_H
#define SYNCWARD_DAEMON_WORK_H

#include "agent/daemon/daemon_hooks.h"

/* The work of a pass: takes the lock, which is left in found, reads what is remembered and what
 * people want, connects; then looks, plans, writes and verifies. The error has no class when all of
 * it was done; found->stage tells how far it came. */
Error daemon_work(PassMoments *moments, Found *found);

#endif
