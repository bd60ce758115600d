/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_ENABLED_H
#define SYNCWARD_SESSION_ENABLED_H

#include "agent/session/session.h"

/*
 * True when the server shows that none of its databases is disabled: slapd 2.5 dies of a search
 * that reaches the entry of one in cn=monitor. What it does not show counts as disabled.
 */
bool link_all_enabled(PeerLink *link);

#endif
