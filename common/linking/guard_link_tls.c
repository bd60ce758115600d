/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/link_probes.h"
#include "common/linking/guard_link_parts.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/* TLS files that were renewed: a link that works is tried with them before its consumer, which
 * holds the older ones, is made anew (common/draft/old_tls.h). */

/* All consumers of a database are made anew together, and read their files then. One that does not
 * run as declared has to be, and a link that is put back does not work. */
static Change *next_that_makes_anew(const Plan *plan, const DatabasePlan *database, size_t *at)
{
	const unsigned kinds = CHANGES_OF_LIST & ~CHANGE_BIT(CHANGE_CONSUMERS_RESTART);
	Change *change;

	while ((change = change_next_free(plan, database, kinds, at)))
		if (change->kind != CHANGE_CONSUMER_EDIT || !change->consumer.wanted->put_back)
			return change;
	return NULL;
}

static void hold_all_that_makes_anew(Diff *diff, const DatabasePlan *database, Hold hold)
{
	Change *change;

	plan_add_hold(diff->pool, diff->plan, hold);
	for (size_t at = 0; (change = next_that_makes_anew(diff->plan, database, &at));)
		plan_hold(diff->pool, diff->plan, change, hold);
}

static Hold renewal_hold(Diff *diff, const OldTlsLink *link, const LinkProbe *answer)
{
	const char *uri = link->consumer->peer->uri;
	const bool is_refused = probe_verdict(&answer->probe) == PROBE_IS_REFUSED;

	return (Hold){
		.guard = GUARD_LINK,
		.suffix = link->database->desired->suffix,
		.peer = uri,
		.text = pool_printf(
			diff->pool,
			"the link to %s works, but %s with its TLS files as they are now: "
			"all links of this database go on with the old ones. %s. To renew "
			"them anyway",
			uri, is_refused ? "would fail" : "could not be tested",
			guard_link_fault(&answer->probe)),
		.release = remedy_text(REMEDY_RELEASE_G6),
	};
}

static Hold untried_hold(const OldTlsLink *link)
{
	return (Hold){
		.guard = GUARD_PROBING,
		.suffix = link->database->desired->suffix,
		.text = "syncward is testing the working links with their renewed TLS files "
			"before slapd reads them; that ends by itself, or with",
		.release = remedy_text(REMEDY_APPLY),
	};
}

/* An answer from before the files were written says nothing. */
static const LinkProbe *answer_since(Diff *diff, const OldTlsLink *link)
{
	const WantedConsumer *consumer = link->consumer;
	const LinkProbes *probes = diff->in->facts->probes;
	const char *identity = link_identity(diff->pool, &consumer->syncrepl, consumer->secret);
	const LinkProbe *answer = probes ? link_probe_find(probes, link->database->desired->suffix,
							   consumer->peer->id, identity)
					 : NULL;

	return answer && answer->began_sec > link->written_sec ? answer : NULL;
}

/* Only the bind is beyond us, and it comes after TLS. */
static void judge_old_link(Diff *diff, const DatabasePlan *database, const OldTlsLink *link)
{
	const LinkProbe *answer = answer_since(diff, link);
	const ProbeVerdict verdict = answer ? probe_verdict(&answer->probe) : PROBE_NOT_TESTED;

	if (verdict == PROBE_IS_GOOD || verdict == PROBE_BEYOND_US)
		return;
	guard_link_need(diff, (LinkNeed){.database = link->database,
					 .consumer = link->consumer,
					 .answer = answer});
	hold_all_that_makes_anew(diff, database,
				 answer ? renewal_hold(diff, link, answer) : untried_hold(link));
}

void guard_old_tls_links(Diff *diff, const DatabasePlan *database)
{
	size_t at = 0;

	if (diff->plan->n_old_tls == 0 || !next_that_makes_anew(diff->plan, database, &at))
		return;
	for (size_t i = 0; i < diff->plan->n_old_tls; i++) {
		const OldTlsLink *link = &diff->plan->old_tls[i];

		if (link->database == database->wanted &&
		    guard_link_works(&diff->in->live->runs, database->live, link->live))
			judge_old_link(diff, database, link);
	}
}
