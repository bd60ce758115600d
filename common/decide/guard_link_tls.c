/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/remedies.h"
#include "common/decide/guard_link_parts.h"
#include "common/link/link_probes.h"

/* TLS files that were renewed: a link that works is tried with them before its consumer, which
 * holds the older ones, is made anew (common/decide/old_tls.h). */

/* All consumers of a database are made anew together, and read their files at that. One that does
 * not run as declared has to be, and a link that is put back does not work. */
static bool makes_consumers_anew(const Change *change, const char *suffix)
{
	return !change->is_held && change->suffix && strcmp(change->suffix, suffix) == 0 &&
	       (change->kind == CHANGE_CONSUMERS_RENEW || change->kind == CHANGE_CONSUMERS_RETRY ||
		change->kind == CHANGE_CONSUMER_REMOVE ||
		(change->kind == CHANGE_CONSUMER_EDIT && !change->wanted->put_back));
}

static Change *next_that_makes_anew(Plan *plan, const char *suffix)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (makes_consumers_anew(&plan->changes[i], suffix))
			return &plan->changes[i];
	return NULL;
}

static void hold_all_that_makes_anew(Diff *diff, const char *suffix, Hold hold)
{
	Change *change;

	plan_add_hold(diff->pool, diff->plan, hold);
	while ((change = next_that_makes_anew(diff->plan, suffix)))
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
		.text = pool_printf(diff->pool,
				    "the link to %s works, and %s with its TLS files as they are "
				    "now: no consumer of this database is made anew. %s. To do it "
				    "all the same",
				    uri, is_refused ? "would not" : "could not be tried",
				    guard_link_fault(&answer->probe)),
		.release = remedy_text(REMEDY_RELEASE_G6),
	};
}

static Hold untried_hold(const OldTlsLink *link)
{
	return (Hold){
		.guard = GUARD_PROBING,
		.suffix = link->database->desired->suffix,
		.text = "links that work are tried with their renewed TLS files before their "
			"consumers are made anew; that ends by itself, or with",
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

/* Beyond us is only the bind, which comes behind TLS. */
static void judge_old_link(Diff *diff, const OldTlsLink *link)
{
	const LinkProbe *answer = answer_since(diff, link);
	const ProbeVerdict verdict = answer ? probe_verdict(&answer->probe) : PROBE_NOT_TESTED;

	if (verdict == PROBE_IS_GOOD || verdict == PROBE_BEYOND_US)
		return;
	guard_link_need(diff, (LinkNeed){.database = link->database,
					 .consumer = link->consumer,
					 .answer = answer});
	hold_all_that_makes_anew(diff, link->database->desired->suffix,
				 answer ? renewal_hold(diff, link, answer) : untried_hold(link));
}

void guard_old_tls_links(Diff *diff, const WantedDatabase *wanted)
{
	const Live *live = diff->in->live;
	const Change *change = next_that_makes_anew(diff->plan, wanted->desired->suffix);
	const LiveDatabase *database = change ? guard_link_database(live, change) : NULL;

	for (size_t i = 0; database && i < diff->plan->n_old_tls; i++) {
		const OldTlsLink *link = &diff->plan->old_tls[i];

		if (link->database == wanted && guard_link_works(live, database, link->live))
			judge_old_link(diff, link);
	}
}
