/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/guard_kept.h"
#include "common/remedies/remedies.h"

#include <strings.h>

#include "common/draft/kept_value.h"
#include "common/plan/plan_changes.h"

/* True when the change makes us send the values of the list that stay once more. */
static bool rewrites_list(const Change *change)
{
	return change->kind != CHANGE_SAVE ||
	       (change->attribute && strcasecmp(change->attribute, "olcSyncrepl") == 0);
}

static bool has_change(const Plan *plan, const DatabasePlan *database, const LiveConsumer *consumer)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_free(plan, database, CHANGES_OF_LIVE_LINK, &at));)
		if (change->consumer.live == consumer)
			return true;
	return false;
}

static const LiveConsumer *unprintable(const Diff *diff, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;

	for (size_t i = 0; live && i < live->n_consumers; i++)
		if (!has_change(diff->plan, database, &live->consumers[i]) &&
		    !kept_value_print(diff->pool, &live->consumers[i]))
			return &live->consumers[i];
	return NULL;
}

static Hold hold_of(const Diff *diff, const Change *change, const LiveConsumer *consumer)
{
	return (Hold){
		.guard = GUARD_NOT_UNDERSTOOD,
		.suffix = change->suffix,
		.text = pool_printf(
			diff->pool,
			"%s holds an olcSyncrepl value that syncward does not understand (%s), "
			"and this change would send it to slapd again, which can crash slapd. "
			"Rewrite that value in a way that syncward understands; or, to have it "
			"removed with this change,",
			change->dn,
			consumer->problem ? consumer->problem : "it cannot be written again"),
		.release = remedy_text(REMEDY_RELEASE_NOT_UNDERSTOOD),
	};
}

/* What is taken out is not the last that the database reads from. */
static bool reads_without(const Diff *diff, const DatabasePlan *database, const Change *change)
{
	const LiveDatabase *live = database->live;

	for (size_t i = 0; i < live->n_consumers; i++)
		if (!live->consumers[i].is_self &&
		    !has_change(diff->plan, database, &live->consumers[i]) &&
		    kept_value_print(diff->pool, &live->consumers[i]))
			return true;
	return change->kind != CHANGE_SAVE &&
	       change_first_free(diff->plan, database, CHANGES_TO_LINK);
}

static Hold last_hold(const Diff *diff, const Change *change, const LiveConsumer *consumer)
{
	Hold hold = hold_of(diff, change, consumer);

	hold.text = pool_printf(
		diff->pool,
		"%s holds an olcSyncrepl value that syncward does not understand (%s). This "
		"change would send it to slapd again, which can crash slapd, and the database "
		"reads from nobody else. Rewrite that value in a way that syncward understands, "
		"and then",
		change->dn, consumer->problem ? consumer->problem : "it cannot be written again");
	hold.release = remedy_text(REMEDY_APPLY);
	return hold;
}

static void take_out(Diff *diff, const DatabasePlan *database)
{
	const LiveConsumer *consumer;

	while ((consumer = unprintable(diff, database)))
		plan_add_change(diff->pool, diff->plan,
				(Change){
					.kind = CHANGE_CONSUMER_REMOVE,
					.suffix = database->suffix,
					.dn = database->live->entry->dn,
					.attribute = "olcSyncrepl",
					.subject = "not understood",
					.old_value = consumer->text,
					.why = "released: it is not sent again",
					.consumer.live = consumer,
				});
}

static void guard_database(Diff *diff, const DatabasePlan *database)
{
	const unsigned kinds = CHANGES_OF_LIST | CHANGE_BIT(CHANGE_SAVE);
	Plan *plan = diff->plan;
	Change *change;

	for (size_t at = 0; (change = change_next_free(plan, database, kinds, &at));) {
		const LiveConsumer *consumer =
			rewrites_list(change) ? unprintable(diff, database) : NULL;

		if (!consumer)
			continue;
		if (!diff_is_released_for(diff, GUARD_NOT_UNDERSTOOD, database->suffix))
			plan_hold(diff->pool, plan, change, hold_of(diff, change, consumer));
		else if (!reads_without(diff, database, change))
			plan_hold(diff->pool, plan, change, last_hold(diff, change, consumer));
		else if (change->kind != CHANGE_SAVE) /* which leaves it out by itself */
			take_out(diff, database);
	}
}

void guard_kept_values(Diff *diff)
{
	for (size_t i = 0; i < diff->plan->n_databases; i++)
		guard_database(diff, &diff->plan->databases[i]);
}
