/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_orders.h"

bool daemon_orders_take(DaemonOrders *orders, Found *found)
{
	const Pause *pause = &found->state.pause;
	const bool is_another = orders->is_known && (orders->since_sec != pause->since_sec ||
						     orders->until_sec != pause->until_sec);
	/* Two within a second look the same. */
	const bool is_new = is_another || found_is_caused_by(found, TRIGGER_STATE);

	*orders = (DaemonOrders){
		.since_sec = pause->since_sec,
		.until_sec = pause->until_sec,
		.is_known = true,
		/* Who pauses has not looked into anything. */
		.is_pending = orders->is_pending || (is_new && pause_was_ended(pause)),
	};
	found->has_order = orders->is_pending;
	return is_new;
}

void daemon_orders_heeded(DaemonOrders *orders, const Found *found)
{
	if (found->report.has_plan)
		orders->is_pending = false;
}
