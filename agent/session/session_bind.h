/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_BIND_H
#define SYNCWARD_SESSION_BIND_H

#include "agent/session/session_step.h"

/* Binds as the link's consumer does: SASL EXTERNAL, or its DN and password, which the hooks let
 * through and learn the result of. False when that fails, with a fault in the probe. */
bool session_bind(PeerLink *link);

#endif
