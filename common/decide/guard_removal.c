/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_removal.h"

#include "common/base/remedies.h"

#include <string.h>

static bool is_free_removal(const Change *change)
{
	return change->kind == CHANGE_CONSUMER_REMOVE && !change->is_held;
}

static void hold_removals(Diff *diff, const char *suffix, Hold hold)
{
	for (size_t i = 0; i < diff->plan->n_changes; i++) {
		Change *change = &diff->plan->changes[i];

		if (is_free_removal(change) && (!suffix || strcmp(change->suffix, suffix) == 0))
			plan_hold(diff->pool, diff->plan, change, hold);
	}
}

static void hold_many(Diff *diff)
{
	unsigned max = diff->in->desired->max_removals;
	unsigned n_removals = 0;

	for (size_t i = 0; i < diff->plan->n_changes; i++)
		n_removals += is_free_removal(&diff->plan->changes[i]);
	if (n_removals <= max)
		return;
	hold_removals(diff, NULL,
		      (Hold){
			      .guard = GUARD_REMOVAL,
			      .text = pool_printf(
				      diff->pool,
				      "%u providers would be removed, and \"max_removals\" is %u: "
				      "none is removed; if all of them are gone for good",
				      n_removals, max),
			      .release = remedy_text(REMEDY_RELEASE_G4),
		      });
}

/* A node that loses its last provider is alone: only a person may say that it is meant. */
static void hold_undeclared(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;

		if (wanted->databases[i].n_consumers == 0)
			hold_removals(
				diff, suffix,
				(Hold){
					.guard = GUARD_REMOVAL,
					.suffix = suffix,
					.text = pool_printf(diff->pool,
							    "the last provider of %s would be "
							    "removed, and this node would be "
							    "alone; if that is meant",
							    suffix),
					.release = remedy_text(REMEDY_RELEASE_G4),
				});
	}
}

void guard_removals(Diff *diff)
{
	if (diff_is_released(diff, GUARD_REMOVAL))
		return;
	hold_many(diff);
	hold_undeclared(diff);
}

/* --- nobody is left because others are held --- */

static bool is_of(const Change *change, const LiveDatabase *live)
{
	return !change->is_held && strcmp(change->dn, live->entry->dn) == 0;
}

/* How many providers the database will read from: an edit changes whom, not how many. */
static size_t count_after(const Diff *diff, const LiveDatabase *live)
{
	const Plan *plan = diff->plan;
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		n += !live->consumers[i].is_self;
	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];

		if (is_of(change, live) && change->kind == CHANGE_CONSUMER_ADD)
			n++;
		else if (is_of(change, live) && is_free_removal(change) && !change->live->is_self)
			n--;
	}
	return n;
}

static const Change *held_addition(const Diff *diff, const LiveDatabase *live)
{
	for (size_t i = 0; i < diff->plan->n_changes; i++) {
		const Change *change = &diff->plan->changes[i];

		if (change->kind == CHANGE_CONSUMER_ADD && change->is_held &&
		    strcmp(change->dn, live->entry->dn) == 0)
			return change;
	}
	return NULL;
}

static Hold alone_hold(const Diff *diff, const char *suffix, const Change *held)
{
	return (Hold){
		.guard = GUARD_REMOVAL,
		.suffix = suffix,
		.text = pool_printf(diff->pool,
				    "the last provider of %s stays, because %s, which shall be "
				    "read in its place, is held (%s), and this node would be "
				    "alone; what ends that wait ends this one",
				    suffix, held->subject, guard_code(held->hold.guard)),
		.release = held->hold.release,
	};
}

bool guard_left_alone(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;
	bool has_held = false;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const LiveDatabase *live;
		const Change *held;

		if (live_find_database(diff->in->live, suffix, &live) != 1 ||
		    !live_reads_from_somebody(live) || count_after(diff, live) > 0)
			continue;
		held = held_addition(diff, live);
		if (!held)
			continue;
		hold_removals(diff, suffix, alone_hold(diff, suffix, held));
		has_held = true;
	}
	return has_held;
}
