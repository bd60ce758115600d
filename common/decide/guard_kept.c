/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_kept.h"
#include "common/base/remedies.h"

#include <string.h>
#include <strings.h>

#include "common/decide/kept_value.h"

static const LiveDatabase *database_of(const Live *live, const char *dn)
{
	for (size_t i = 0; i < live->n_databases; i++)
		if (strcmp(live->databases[i].entry->dn, dn) == 0)
			return &live->databases[i];
	return NULL;
}

/* True when the change makes us send the values of the list that stay once more. */
static bool rewrites_list(const Change *change)
{
	return !change->is_held && change->dn &&
	       (change->live || change->kind == CHANGE_CONSUMERS_RESTART ||
		change->kind == CHANGE_CONSUMERS_RENEW ||
		(change->kind == CHANGE_SAVE && change->attribute &&
		 strcasecmp(change->attribute, "olcSyncrepl") == 0));
}

static bool has_change(const Plan *plan, const LiveConsumer *consumer)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].live == consumer && !plan->changes[i].is_held)
			return true;
	return false;
}

static const LiveConsumer *unprintable(const Diff *diff, const LiveDatabase *live)
{
	for (size_t i = 0; live && i < live->n_consumers; i++)
		if (!has_change(diff->plan, &live->consumers[i]) &&
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
			"%s holds an olcSyncrepl value that syncward does not understand (%s), and "
			"this would send it to slapd once more, which can end slapd. Write that "
			"value anew in a way that syncward understands; or, to have it taken out "
			"together with this,",
			change->dn,
			consumer->problem ? consumer->problem : "it cannot be written again"),
		.release = remedy_text(REMEDY_RELEASE_NOT_UNDERSTOOD),
	};
}

/* What is taken out is not the last that the database reads from. */
static bool reads_without(const Diff *diff, const LiveDatabase *live, const Change *change)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (!live->consumers[i].is_self && !has_change(diff->plan, &live->consumers[i]) &&
		    kept_value_print(diff->pool, &live->consumers[i]))
			return true;
	for (size_t i = 0; change->kind != CHANGE_SAVE && i < diff->plan->n_changes; i++)
		if (diff->plan->changes[i].wanted && !diff->plan->changes[i].is_held &&
		    strcmp(diff->plan->changes[i].dn, change->dn) == 0)
			return true;
	return false;
}

static Hold last_hold(const Diff *diff, const Change *change, const LiveConsumer *consumer)
{
	Hold hold = hold_of(diff, change, consumer);

	hold.text = pool_printf(
		diff->pool,
		"%s holds an olcSyncrepl value that syncward does not understand (%s), and this "
		"would send it to slapd once more, which can end slapd; nor can it be taken out, "
		"because the database reads from nobody else. Write that value anew in a way that "
		"syncward understands, and then",
		change->dn, consumer->problem ? consumer->problem : "it cannot be written again");
	hold.release = remedy_text(REMEDY_APPLY);
	return hold;
}

static void take_out(Diff *diff, const LiveDatabase *live, const char *suffix)
{
	const LiveConsumer *consumer;

	while ((consumer = unprintable(diff, live)))
		plan_add_change(diff->pool, diff->plan,
				(Change){
					.kind = CHANGE_CONSUMER_REMOVE,
					.suffix = suffix,
					.dn = live->entry->dn,
					.attribute = "olcSyncrepl",
					.subject = "not understood",
					.old_value = consumer->text,
					.why = "released: it is not sent again",
					.live = consumer,
				});
}

void guard_kept_values(Diff *diff)
{
	Plan *plan = diff->plan;

	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change change = plan->changes[i];
		const LiveDatabase *live =
			rewrites_list(&change) ? database_of(diff->in->live, change.dn) : NULL;
		const LiveConsumer *consumer = unprintable(diff, live);

		if (!consumer)
			continue;
		if (!diff_is_released(diff, GUARD_NOT_UNDERSTOOD))
			plan_hold(diff->pool, plan, &plan->changes[i],
				  hold_of(diff, &change, consumer));
		else if (!reads_without(diff, live, &change))
			plan_hold(diff->pool, plan, &plan->changes[i],
				  last_hold(diff, &change, consumer));
		else if (change.kind != CHANGE_SAVE) /* which leaves it out by itself */
			take_out(diff, live, change.suffix);
	}
}
