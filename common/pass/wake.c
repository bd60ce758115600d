/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/wake.h"

#define SECOND_USEC 1000000ULL
#define FLOOR_USEC  (SECOND_USEC / 10)
#define FLOOR_STEPS 3 /* 800 ms: below the shortest steady wait, of a slapd that nobody watches */

/* What passes may take in advance, and what each costs: 10 + 10 s / 1 s. */
#define CREDIT_USEC (9 * SECOND_USEC)
#define PRICE_USEC  SECOND_USEC

static uint64_t later(uint64_t one, uint64_t other)
{
	return one > other ? one : other;
}

void wake_add(WakeList *list, WakeReason reason, uint64_t at_usec)
{
	if (list->items[reason].is_wished && list->items[reason].at_usec <= at_usec)
		return;
	list->items[reason].is_wished = true;
	list->items[reason].at_usec = at_usec;
}

void wake_join(WakeList *list, const WakeList *other)
{
	for (int reason = 0; reason < WAKE_REASON_COUNT; reason++)
		if (other->items[reason].is_wished)
			wake_add(list, (WakeReason)reason, other->items[reason].at_usec);
}

static uint64_t floor_usec(const WakeHistory *history)
{
	return FLOOR_USEC << (history->n_own < FLOOR_STEPS ? history->n_own : FLOOR_STEPS);
}

/* A pass that waited longer than the floor ever is had a reason of its own. */
static bool is_close(const WakeHistory *history, const WakePass *pass)
{
	return history->has_passed &&
	       pass->began_usec < history->ended_usec + 2 * (FLOOR_USEC << FLOOR_STEPS);
}

void wake_passed(WakeHistory *history, const WakePass *pass)
{
	if (pass->is_from_outside || !is_close(history, pass))
		history->n_own = 0;
	else if (history->n_own < FLOOR_STEPS)
		history->n_own++;
	history->spent_usec = pass->has_written
				      ? pass->began_usec
				      : later(history->spent_usec, pass->began_usec) + PRICE_USEC;
	history->has_passed = true;
	history->ended_usec = pass->ended_usec;
}

uint64_t wake_earliest(const WakeHistory *history, uint64_t now_usec)
{
	return history->spent_usec > CREDIT_USEC
		       ? later(history->spent_usec - CREDIT_USEC, now_usec)
		       : now_usec;
}

uint64_t wake_choose(const WakeHistory *history, const WakeList *list, uint64_t now_usec)
{
	const uint64_t own_usec =
		history->has_passed ? history->ended_usec + floor_usec(history) : now_usec;
	uint64_t chosen_usec = UINT64_MAX;

	for (int reason = 0; reason < WAKE_REASON_COUNT; reason++) {
		uint64_t at_usec = list->items[reason].at_usec;

		if (!list->items[reason].is_wished)
			continue;
		if (reason != WAKE_NEWS)
			at_usec = later(at_usec, own_usec);
		if (at_usec < chosen_usec)
			chosen_usec = at_usec;
	}
	return later(chosen_usec, wake_earliest(history, now_usec));
}
