/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_HIDDEN_H
#define SYNCWARD_PROBE_HIDDEN_H

#include "agent/session/session_step.h"

/*
 * Looks whether the link's account sees at its peer what root over ldapi sees here of the same
 * entries, and sets hides of the probe, which peer_visit() filled. What cannot be seen, because
 * root sees nothing here or a server does not answer, changes nothing. For a process of its own.
 */
void peer_hidden_find(Pool *pool, const char *here_uri, const Syncrepl *link,
		      const LinkHooks *hooks, Probe *probe);

#endif
