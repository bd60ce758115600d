/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/draft/guard_self.h"
#include "common/link/link_probes.h"
#include "common/linking/guard_link_parts.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/* What peers.json moves to another rid is no edit of a link but a removal and an addition; the
 * former link must not go before the new one was found good, when no other one works. */

#define REMOVALS CHANGE_BIT(CHANGE_CONSUMER_REMOVE)

static bool is_removed(const Plan *plan, const DatabasePlan *database, const LiveConsumer *consumer)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_free(plan, database, REMOVALS, &at));)
		if (change->consumer.live == consumer)
			return true;
	return false;
}

static const WantedConsumer *wanted_as(const WantedDatabase *wanted, const LiveConsumer *live)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (wanted->consumers[i].rid == live->rid && live->provider &&
		    strcmp(wanted->consumers[i].provider, live->provider) == 0)
			return &wanted->consumers[i];
	return NULL;
}

static const LinkProbe *answer_of(Diff *diff, const WantedDatabase *wanted,
				  const WantedConsumer *consumer)
{
	const LinkProbes *probes = diff->in->facts->probes;

	return probes ? link_probe_find(
				probes, wanted->desired->suffix, consumer->peer->id,
				link_identity(diff->pool, &consumer->syncrepl, consumer->secret))
		      : NULL;
}

static bool is_good(Diff *diff, const WantedDatabase *wanted, const WantedConsumer *consumer)
{
	const LinkProbe *answer = answer_of(diff, wanted, consumer);

	return (answer && probe_verdict(&answer->probe) == PROBE_IS_GOOD) ||
	       known_link_is(&diff->in->known->peers.links, wanted->desired->suffix,
			     consumer->peer->id,
			     link_identity(diff->pool, &consumer->syncrepl, consumer->secret));
}

/* Where slapd does not show it, what stays is taken for working as well, until a probe says
 * otherwise; not what was never seen to work while others were, nor a hub, which opens last. */
static bool stays_unseen(Diff *diff, const WantedDatabase *wanted, const LiveConsumer *live)
{
	const WantedConsumer *consumer = wanted_as(wanted, live);

	if (!consumer || is_good(diff, wanted, consumer))
		return true;
	return !consumer->peer->is_hub &&
	       !known_links_any(&diff->in->known->peers.links, wanted->desired->suffix) &&
	       !answer_of(diff, wanted, consumer);
}

/* One that is connected just now may be about to be refused, as by a hub that is not open yet. */
static bool stays_seen(const LiveRunning *runs, const LiveDatabase *database,
		       const LiveConsumer *consumer)
{
	RunningIndex index;

	running_index(runs, database->suffixes->values[0].bytes, &index);
	return running_works(running_find(&index, consumer->rid, consumer->provider),
			     &consumer->syncrepl);
}

/* True when a link that works goes, and none that works stays. */
static bool loses_all(Diff *diff, const DatabasePlan *database)
{
	const Live *live = diff->in->live;
	size_t n_lost = 0;

	for (size_t i = 0; i < database->live->n_consumers; i++) {
		const LiveConsumer *consumer = &database->live->consumers[i];

		/* Nothing comes from this server itself, whether slapd recognises its URL or not.
		 */
		if (!consumer->parses || consumer->is_self ||
		    provider_names_us(diff, consumer->provider) ||
		    !guard_link_works(&live->runs, database->live, consumer))
			continue;
		if (is_removed(diff->plan, database, consumer))
			n_lost++;
		else if (live->runs.is_known ? stays_seen(&live->runs, database->live, consumer)
					     : stays_unseen(diff, database->wanted, consumer))
			return false;
	}
	return n_lost > 0;
}

static bool is_any_good(Diff *diff, const WantedDatabase *wanted)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (is_good(diff, wanted, &wanted->consumers[i]))
			return true;
	return false;
}

/* Asks for probes of all that stay or come. Returns one that was not good; NULL: one was not tried
 * yet. */
static const LinkProbe *need_all(Diff *diff, const WantedDatabase *wanted)
{
	const LinkProbe *problem = NULL;
	bool is_untried = false;

	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const LinkProbe *answer = answer_of(diff, wanted, &wanted->consumers[i]);

		is_untried |= !answer;
		problem = answer ? answer : problem;
		guard_link_need(diff, (LinkNeed){.database = wanted,
						 .consumer = &wanted->consumers[i],
						 .answer = answer});
	}
	return is_untried ? NULL : problem;
}

static Hold last_hold(Diff *diff, const WantedDatabase *wanted, const LinkProbe *problem)
{
	const char *suffix = wanted->desired->suffix;

	if (!problem)
		return (Hold){
			.guard = GUARD_PROBING,
			.suffix = suffix,
			.text = pool_printf(
				diff->pool,
				"the last working links of %s would be removed, and syncward is "
				"testing the remaining ones first; that ends by itself, or with",
				suffix),
			.release = remedy_text(REMEDY_APPLY),
		};
	return (Hold){
		.guard = GUARD_LINK,
		.suffix = suffix,
		.text = pool_printf(
			diff->pool,
			"the last working links of %s would be removed, and no remaining link "
			"was found good: they stay. %s. To remove them anyway",
			suffix, guard_link_fault(&problem->probe)),
		.release = remedy_text(REMEDY_RELEASE_G6),
	};
}

void guard_last_links(Diff *diff, const DatabasePlan *database)
{
	const WantedDatabase *wanted = database->wanted;

	if (!change_first_free(diff->plan, database, REMOVALS) || wanted->n_consumers == 0 ||
	    !loses_all(diff, database) || is_any_good(diff, wanted))
		return;
	plan_hold_kinds(diff->pool, diff->plan, database, REMOVALS,
			last_hold(diff, wanted, need_all(diff, wanted)));
}
