/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_wake.h"

#include "agent/found/triggers.h"

/* What changed during the previous pass is why this one runs, not the timer. */
unsigned daemon_wake_take(DaemonWake *wake, unsigned triggers)
{
	const unsigned missed = wake->missed;

	wake->missed = 0;
	wake->n_passes++;
	return missed ? missed | (triggers & ~TRIGGER_BIT(TRIGGER_TIMER)) : triggers;
}

bool daemon_wake_is_from_outside(const DaemonWake *wake, unsigned triggers)
{
	return ((triggers | wake->missed) & ~TRIGGER_BIT(TRIGGER_TIMER)) != 0;
}

bool daemon_wake_postpones(DaemonWake *wake, unsigned triggers, uint64_t now_usec)
{
	const uint64_t earliest_usec = wake_earliest(&wake->history, now_usec);

	if (earliest_usec <= now_usec)
		return false;
	wake->missed |= triggers;
	if (earliest_usec < wake->next_usec)
		wake->next_usec = earliest_usec;
	return true;
}

void daemon_wake_passed(DaemonWake *wake, const WakePass *pass, WakeList wishes, unsigned missed,
			unsigned unheard)
{
	wake->missed = missed | (unheard & ~TRIGGER_BIT(TRIGGER_TIMER));
	if (missed)
		wake_add(&wishes, WAKE_NEWS, pass->ended_usec);
	wake_passed(&wake->history, pass);
	wake->next_usec = wake_choose(&wake->history, &wishes, pass->ended_usec);
}
