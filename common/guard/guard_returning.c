/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/guard_returning.h"

#include "common/linking/matching.h"
#include "common/live/live_config.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/* A link that "keep" names was there all the time. */
static bool reads_again(const Diff *diff, const LiveDatabase *live)
{
	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];

		if (!consumer->is_self &&
		    !(consumer->provider &&
		      provider_is_kept(&diff->in->desired->policy, consumer->provider)))
			return true;
	}
	return false;
}

/* Without the overlay nobody is sent anything. One that reads already has come back. */
static bool is_returning(Diff *diff, const DatabasePlan *database)
{
	const KnownLeave *leave = &diff->in->known->leave;
	const LiveDatabase *live = database->live;

	return live && live->syncprov && !reads_again(diff, live) &&
	       known_left(leave, database->suffix) &&
	       (leave->is_rejoining || diff_is_released(diff, GUARD_LEFT)) &&
	       !diff_is_released_for(diff, GUARD_JOINING, database->suffix);
}

static void hold_links(Diff *diff, const DatabasePlan *database, bool is_known)
{
	plan_hold_kinds(
		diff->pool, diff->plan, database,
		CHANGE_BIT(CHANGE_CONSUMER_ADD) | CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON),
		(Hold){.guard = GUARD_JOINING,
		       .suffix = database->suffix,
		       .text = pool_printf(
			       diff->pool,
			       "%s: %s would be sent what this node reads first, and so bring back "
			       "what was deleted meanwhile. Take its line out of peers.json on the "
			       "others until everything is here; only if nothing was deleted",
			       database->suffix,
			       is_known
				       ? "who reads here"
				       : "slapd does not say who reads here (cn=monitor), and they"),
		       .release = remedy_text(REMEDY_RELEASE_JOINING)});
}

void guard_returning(Diff *diff)
{
	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		ReaderWatch anybody;

		if (!database->wanted || !is_returning(diff, database))
			continue;
		diff_need_anybody(diff, database->wanted);
		anybody = diff_facts(diff, database->suffix)->readers.anybody;
		if (anybody != READER_WATCH_QUIET)
			hold_links(diff, database, anybody == READER_WATCH_READ);
	}
}
