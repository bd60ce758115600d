/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_WAKE_H
#define SYNCWARD_DAEMON_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/pass/wake.h"

/* When the next pass is, and why. */
typedef struct DaemonWake {
	WakeHistory history;
	uint64_t next_usec;
	unsigned missed; /* TRIGGER_BITs of what came while a pass was ending, or had to wait */
	unsigned long n_passes;
} DaemonWake;

/* Why a pass begins that these TRIGGER_BITs call for. */
unsigned daemon_wake_take(DaemonWake *wake, unsigned triggers);

/* True when something outside causes a pass for these. Before they are taken. */
bool daemon_wake_is_from_outside(const DaemonWake *wake, unsigned triggers);

/* True when a pass for these must wait: they are kept for the next. */
bool daemon_wake_postpones(DaemonWake *wake, unsigned triggers, uint64_t now_usec);

/* A pass ended, with these wishes; missed: what happened since it looked. unheard: why there was
 * this pass, where it could not look: the next one, whenever it comes, is for that as well. */
void daemon_wake_passed(DaemonWake *wake, const WakePass *pass, WakeList wishes, unsigned missed,
			unsigned unheard);

#endif
