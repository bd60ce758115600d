/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_ASIDES_H
#define SYNCWARD_DAEMON_ASIDES_H

#include "agent/links/daemon_probes.h"
#include "agent/look/extra_looks.h"

/* What runs alongside the passes, in processes of its own. */
typedef struct DaemonAsides {
	DaemonProbes probes;
	ExtraLooks *extra_looks; /* of both copies */
} DaemonAsides;

DaemonAsides daemon_asides_new(void);

/* Ends what is at work. */
void daemon_asides_free(DaemonAsides *asides);

#endif
