/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/guard_partial.h"
#include "common/remedies/remedies.h"

#include "common/plan/plan_changes.h"
#include "common/syncrepl/syncrepl_partial.h"

/*
 * G13: what a node does not read it does not have, and where it is a provider itself the others
 * take that from it: at the next refresh entries and attributes are gone everywhere. What is so
 * already is reported, and written on as it is; nothing makes it worse.
 */

#define RELEASE remedy_text(REMEDY_RELEASE_G13)

static const char limited[] = "a refresh that needs more entries never completes";

/* No node reads a plain consumer: what it leaves out is missing there alone. */
static const char *loss_describe(const Diff *diff, const Syncrepl *wanted)
{
	if (!syncrepl_loses(wanted))
		return limited;
	return peer_is_read(diff->in->wanted->self)
		       ? "the other nodes lose what this node leaves out, because they read it "
			 "here"
		       : "this node would not have the rest, and could never become a provider "
			 "with what it has";
}

static void hold_link(Diff *diff, Change *change, const char *keywords)
{
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_PARTIAL,
			  .suffix = change->suffix,
			  .peer = change->subject,
			  .text = pool_printf(
				  diff->pool,
				  "%s would be read in part only (%s): %s; %s; to write it all the "
				  "same",
				  change->subject, keywords,
				  loss_describe(diff, &change->consumer.wanted->syncrepl),
				  remedy_text(REMEDY_PARTIAL_OUT)),
			  .release = RELEASE,
		  });
}

static void judge_link(Diff *diff, Change *change)
{
	const Syncrepl *wanted = &change->consumer.wanted->syncrepl;
	const char *keywords = syncrepl_partial(diff->pool, wanted);

	if (keywords && !(change->consumer.live &&
			  syncrepl_partial_same(&change->consumer.live->syncrepl, wanted)))
		hold_link(diff, change, keywords);
}

static void hold_provider(Diff *diff, const DatabasePlan *database, const LiveConsumer *consumer,
			  const char *keywords)
{
	const Hold hold = {
		.guard = GUARD_PARTIAL,
		.suffix = database->suffix,
		.text = pool_printf(
			diff->pool,
			"this node reads %s in part only (%s) and must not become a "
			"provider: the other nodes would lose what it leaves out; %s, "
			"and have the database read anew: %s; to make it one all the same",
			consumer->syncrepl.value[SYNCREPL_PROVIDER], keywords,
			remedy_text(REMEDY_PARTIAL_OUT), remedy_text(REMEDY_DATABASE_ANEW)),
		.release = RELEASE,
	};

	plan_hold_kinds(diff->pool, diff->plan, database, CHANGES_TO_PROVIDER, hold);
}

static void find_limited(Diff *diff, const LiveConsumer *consumer, const char *suffix)
{
	plan_add_finding(diff->pool, diff->plan, SEVERITY_WARNING, "partial-link", suffix,
			 "%s is read up to a limit of this node's own (sizelimit): %s; %s",
			 consumer->syncrepl.value[SYNCREPL_PROVIDER], limited,
			 remedy_text(REMEDY_PARTIAL_OUT));
}

static void find_live(Diff *diff, const DatabasePlan *database, const LiveConsumer *consumer,
		      const char *keywords)
{
	const bool is_provider = database->live->is_multi_provider || database->live->syncprov;

	plan_add_finding(
		diff->pool, diff->plan, is_provider ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		"partial-link", database->suffix,
		"%s is read in part only (%s)%s; %s; what was left out so far does not come by "
		"itself then: stop writing here, and %s",
		consumer->syncrepl.value[SYNCREPL_PROVIDER], keywords,
		is_provider ? ", and this node is a provider: the other nodes lose what it leaves "
			      "out"
			    : "",
		remedy_text(REMEDY_PARTIAL_OUT), remedy_text(REMEDY_DATABASE_ANEW));
}

static void judge_database(Diff *diff, const DatabasePlan *database, bool is_released)
{
	const LiveDatabase *live = database->live;
	Change *change;

	for (size_t at = 0; !is_released && (change = change_next_free(diff->plan, database,
								       CHANGES_TO_LINK, &at));)
		judge_link(diff, change);
	for (size_t i = 0; live && i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];
		const char *keywords = consumer->parses && !consumer->is_self
					       ? syncrepl_partial(diff->pool, &consumer->syncrepl)
					       : NULL;

		if (!keywords)
			continue;
		if (!syncrepl_loses(&consumer->syncrepl)) {
			find_limited(diff, consumer, database->suffix);
			continue;
		}
		find_live(diff, database, consumer, keywords);
		if (!is_released)
			hold_provider(diff, database, consumer, keywords);
	}
}

void guard_partial(Diff *diff)
{
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		judge_database(
			diff, &diff->plan->databases[i],
			diff_is_released_for(diff, GUARD_PARTIAL, diff->plan->databases[i].suffix));
}
