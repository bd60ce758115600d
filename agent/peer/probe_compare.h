/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_COMPARE_H
#define SYNCWARD_PROBE_COMPARE_H

#include "agent/session/session.h"

/*
 * Whether a link sees, under the identity it is to have, what it sees under the one it has now: a
 * bounded sample of entries is read as both, names of attributes and numbers of their values. Says
 * so in step PROBE_FORMER of the probe, which was good so far. Binds as both, without asking
 * anybody. Blocks as peer_visit() does.
 */
void peer_compare(Pool *pool, const Syncrepl *former, const Syncrepl *now, const LinkHooks *hooks,
		  Probe *probe);

#endif
