/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/found/daemon_follow.h"

void asks_hurry(Asks *asks, uint64_t by_usec)
{
	if (!asks->is_hurried || by_usec < asks->by_usec)
		asks->by_usec = by_usec;
	asks->is_hurried = true;
}

void follow_add(Pool *pool, Follow *follow, Follow other)
{
	const ConditionList *lasting = &other.lasting;
	const EventList *events = &other.events;
	const Asks *asks = &other.asks;

	for (size_t i = 0; i < lasting->n_items; i++)
		condition_add(pool, &follow->lasting, lasting->items[i]);
	for (size_t i = 0; i < events->n_items; i++)
		POOL_PUSH(pool, follow->events.items, follow->events.n_items, events->items[i]);
	for (size_t i = 0; i < asks->n_links; i++)
		POOL_PUSH(pool, follow->asks.links, follow->asks.n_links, asks->links[i]);
	if (asks->is_hurried)
		asks_hurry(&follow->asks, asks->by_usec);
	wake_join(&follow->wakes, &other.wakes);
}
