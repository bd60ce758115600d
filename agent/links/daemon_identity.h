/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_IDENTITY_H
#define SYNCWARD_DAEMON_IDENTITY_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"

/* To be called after a pass. What a peer's answer holds (G11), or shows of its server ID, is asked
 * again when what is held is looked at again, and not only in the next round of all links. */
Follow daemon_identity_look(const Found *found);

#endif
