/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_removal.h"

#include "common/base/remedies.h"
#include "common/plan/plan_changes.h"

#define REMOVALS CHANGE_BIT(CHANGE_CONSUMER_REMOVE)

static void hold_many(Diff *diff)
{
	const unsigned max = diff->in->desired->max_removals;
	const size_t n_removals = change_count_free(diff->plan, NULL, REMOVALS);

	if (n_removals <= max)
		return;
	plan_hold_kinds(
		diff->pool, diff->plan, NULL, REMOVALS,
		(Hold){
			.guard = GUARD_REMOVAL,
			.text = pool_printf(
				diff->pool,
				"%zu providers would be removed, and \"max_removals\" is %u: "
				"none is removed; if all of them are gone for good",
				n_removals, max),
			.release = remedy_text(REMEDY_RELEASE_G4),
		});
}

/* A node that loses its last provider is alone: only a person may say that it is meant. */
static void hold_undeclared(Diff *diff, const DatabasePlan *database)
{
	if (database->wanted->n_consumers > 0)
		return;
	plan_hold_kinds(diff->pool, diff->plan, database, REMOVALS,
			(Hold){
				.guard = GUARD_REMOVAL,
				.suffix = database->suffix,
				.text = pool_printf(diff->pool,
						    "the last provider of %s would be removed, and "
						    "this node would be alone; if that is meant",
						    database->suffix),
				.release = remedy_text(REMEDY_RELEASE_G4),
			});
}

void guard_removals(Diff *diff)
{
	if (diff_is_released(diff, GUARD_REMOVAL))
		return;
	hold_many(diff);
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		hold_undeclared(diff, &diff->plan->databases[i]);
}

/* --- nobody is left because others are held --- */

/* How many providers the database will read from: an edit changes whom, not how many. */
static size_t count_after(const Diff *diff, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;
	const Change *change;
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		n += !live->consumers[i].is_self;
	n += change_count_free(diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD));
	for (size_t at = 0; (change = change_next_free(diff->plan, database, REMOVALS, &at));)
		n -= !change->live->is_self;
	return n;
}

static const Change *held_addition(const Diff *diff, const DatabasePlan *database)
{
	const Change *change;

	for (size_t at = 0;
	     (change = change_next(diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD), &at));)
		if (change->is_held)
			return change;
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
	bool has_held = false;

	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		const Change *held;

		if (!database->live || !live_reads_from_somebody(database->live) ||
		    count_after(diff, database) > 0)
			continue;
		held = held_addition(diff, database);
		if (held && plan_hold_kinds(diff->pool, diff->plan, database, REMOVALS,
					    alone_hold(diff, database->suffix, held)) > 0)
			has_held = true;
	}
	return has_held;
}
