/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_flag.h"
#include "common/remedies/remedies.h"

#include "common/joining/joining.h"
#include "common/linking/guard_removal.h"
#include "common/plan/plan_changes.h"

static Hold unmanaged_hold(const Diff *diff, const char *suffix)
{
	return (Hold){
		.guard = GUARD_ORDER,
		.suffix = suffix,
		.text = pool_printf(
			diff->pool,
			"the multi-provider flag of %s waits for the syncprov overlay, "
			"which peers.json leaves to others (\"syncprov\" is false): "
			"without it no peer could read what clients write here; %s; or, if no "
			"peer will ever read this database here",
			suffix, remedy_text(REMEDY_OVERLAY_FIRST)),
		.release = remedy_text(REMEDY_RELEASE_ORDER),
	};
}

/* It has to read before it may become a provider, and is closed to clients until then. */
static bool must_read_first(const Plan *plan, const DatabasePlan *database)
{
	const Change *change;

	for (size_t at = 0; (change = change_next(plan, database, CHANGES_TO_PROVIDER, &at));)
		if (change->is_held && change->hold.guard == GUARD_JOINING)
			return true;
	return false;
}

/* Whatever holds the flag: the first link alone closes a database to the clients that may write to
 * it now. */
static void guard_first_links(Diff *diff, const DatabasePlan *database)
{
	const Change *flag =
		change_first(diff->plan, database, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON));

	if (!flag || !flag->is_held || live_reads_from_somebody(database->live) ||
	    must_read_first(diff->plan, database))
		return;
	plan_hold_kinds(diff->pool, diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD),
			flag->hold);
}

static void guard_flag(Diff *diff, const DatabasePlan *database)
{
	const Plan *plan = diff->plan;
	Change *flag = change_first(plan, database, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON));
	const Change *overlay = change_first(plan, database, CHANGE_BIT(CHANGE_OVERLAY));
	Hold hold;

	if (!flag || flag->is_held || database->live->syncprov || (overlay && !overlay->is_held))
		return;
	if (!overlay && diff_is_released(diff, GUARD_ORDER))
		return;
	hold = overlay ? overlay->hold : unmanaged_hold(diff, database->suffix);
	plan_hold(diff->pool, diff->plan, flag, hold);
}

/* slapd takes olcUpdateRef of a database that reads somebody: it waits with the first link. A node
 * that is to be a provider refers clients elsewhere until they may write here. */
static void guard_referral(Diff *diff, const DatabasePlan *database)
{
	const Plan *plan = diff->plan;
	Change *referral = change_first_free(plan, database, CHANGE_BIT(CHANGE_UPDATE_REF));
	const Change *link = change_first(plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD));
	const Change *flag = change_first(plan, database, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON));

	if (referral && !referral->new_value && flag && flag->is_held)
		plan_hold(diff->pool, diff->plan, referral, flag->hold);

	if (!referral || !referral->new_value || live_reads_from_somebody(database->live) ||
	    !link || !link->is_held ||
	    change_first_free(plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD)))
		return;
	plan_hold(diff->pool, diff->plan, referral, link->hold);
}

/* slapd would not start again with it and without any link. */
static void guard_flag_alone(Diff *diff, const DatabasePlan *database)
{
	const Plan *plan = diff->plan;
	Change *flag = change_first(plan, database, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON));
	const Change *link = change_first(plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD));

	if (flag && !flag->is_held && link && link->is_held &&
	    !live_reads_from_somebody(database->live) &&
	    !change_first_free(plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD)))
		plan_hold(diff->pool, diff->plan, flag, link->hold);
}

/* Without any link clients may write here. What keeps the flag away keeps them away too, also where
 * a person released the removal, and no held link to come stands for it (guard_left_alone()). */
static void guard_last_links(Diff *diff, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;
	const Hold *hold;

	if (!database->wanted || !live || live->is_multi_provider ||
	    !live_reads_from_somebody(live) || guard_links_left(diff, database) > 0 ||
	    change_first(diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD)))
		return;
	hold = joining_judge(diff, database->wanted, live);
	if (hold)
		plan_hold_kinds(diff->pool, diff->plan, database,
				CHANGE_BIT(CHANGE_CONSUMER_REMOVE), *hold);
}

/* What leaving closed opens with the flag: until then nothing comes here, and what clients wrote
 * would be nowhere else. */
static void guard_opening(Diff *diff, const DatabasePlan *database)
{
	const Change *flag =
		change_first(diff->plan, database, CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON));

	if (flag && flag->is_held)
		plan_hold_kinds(diff->pool, diff->plan, database, CHANGE_BIT(CHANGE_READ_ONLY_OFF),
				flag->hold);
}

void guard_flags(Diff *diff)
{
	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		guard_flag(diff, &diff->plan->databases[i]);
		guard_flag_alone(diff, &diff->plan->databases[i]);
		guard_first_links(diff, &diff->plan->databases[i]);
		guard_referral(diff, &diff->plan->databases[i]);
		guard_last_links(diff, &diff->plan->databases[i]);
		guard_opening(diff, &diff->plan->databases[i]);
	}
}
