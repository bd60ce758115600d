/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/timestamp.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/link/link_probes.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/*
 * A list of retries that ends is used up by a peer that is away for long: slapd then removes the
 * consumer's task and shows no next try. Only a new value, or a start, has it try again. Writing it
 * makes all consumers of the database anew, so that waits until the peer was seen to answer; one
 * that gives up again waits for the next round of probes.
 */

static bool was_given_up(const RunningConsumer *running, const LiveConsumer *consumer)
{
	return running && !running->is_connected &&
	       timestamp_of_generalized(running->last_connect) >= 0 &&
	       timestamp_of_generalized(running->next_connect) < 0 &&
	       syncrepl_gives_up(consumer->syncrepl.value[SYNCREPL_RETRY]);
}

static bool answered_since(const LinkProbe *answer, const RunningConsumer *running)
{
	const ProbeVerdict verdict = answer ? probe_verdict(&answer->probe) : PROBE_NOT_TESTED;

	return (verdict == PROBE_IS_GOOD || verdict == PROBE_BEYOND_US) &&
	       answer->began_sec > timestamp_of_generalized(running->last_connect);
}

static void write_again(Diff *diff, const DatabasePlan *database, const LiveConsumer *consumer)
{
	if (change_first_free(diff->plan, database, CHANGES_OF_LIST))
		return;
	plan_add_change(diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_CONSUMERS_RETRY,
				.suffix = database->suffix,
				.dn = database->live->entry->dn,
				.attribute = "olcSyncrepl",
				.subject = "a retry that is used up",
				.why = pool_printf(diff->pool,
						   "slapd does not try %s any more, which answers",
						   consumer->syncrepl.value[SYNCREPL_PROVIDER]),
			});
}

static void judge_given_up(Diff *diff, const DatabasePlan *database, const LinkNeed *need,
			   const RunningConsumer *running)
{
	if (answered_since(need->answer, running))
		write_again(diff, database, need->former);
	else
		POOL_PUSH(diff->pool, diff->plan->unknown.links, diff->plan->unknown.n_links,
			  {.database = database->wanted,
			   .consumer = need->consumer,
			   .answer = need->answer});
}

static void judge_link(Diff *diff, const DatabasePlan *database, const LinkNeed *link)
{
	const LiveConsumer *consumer = link->former;
	const RunningConsumer *running;
	RunningIndex index;

	running_index(&diff->in->live->runs, database->live->suffixes->values[0].bytes, &index);
	running = running_find(&index, consumer->rid, consumer->provider);
	if (was_given_up(running, consumer))
		judge_given_up(diff, database, link, running);
}

void diff_retries(Diff *diff, const DatabasePlan *database, const WantedConsumer *const *of_live)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;
	const LinkProbes *probes = diff->in->facts->probes;

	for (size_t i = 0; i < live->n_consumers; i++) {
		const WantedConsumer *consumer = of_live[i];
		LinkNeed link = {
			.database = wanted, .consumer = consumer, .former = &live->consumers[i]};

		if (!consumer || !syncrepl_gives_up(consumer->syncrepl.value[SYNCREPL_RETRY]))
			continue;
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "retry-ends",
			wanted->desired->suffix,
			"%s is read with a retry that ends: used up, slapd never tries again "
			"by itself; write in \"syncrepl\" of peers.json %s",
			consumer->peer->uri, remedy_text(REMEDY_RETRY));
		link.answer = probes ? link_probe_find(
					       probes, wanted->desired->suffix, consumer->peer->id,
					       link_identity(diff->pool, &consumer->syncrepl,
							     consumer->secret))
				     : NULL;
		judge_link(diff, database, &link);
	}
}
