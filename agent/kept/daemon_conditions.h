/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_CONDITIONS_H
#define SYNCWARD_DAEMON_CONDITIONS_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"

/* Files of people that are refused, and changed just before. */
typedef struct DaemonRefusal {
	uint64_t since_usec; /* 0: none */
} DaemonRefusal;

/* What goes wrong, and a pause: err is why the pass ended early, if it did. */
Follow daemon_troubles_look(DaemonRefusal *refusal, const Found *found, const Error *err);

/* What a pass could not look at because it did not get that far stays as it was; adds what the plan
 * says and lasts until somebody acts. */
Follow daemon_conditions_look(const Found *found);

#endif
