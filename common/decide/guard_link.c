/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_link.h"

#include <string.h>

#include "common/decide/diff.h"
#include "common/link/link_probes.h"
#include "common/live/live_running.h"

/*
 * G6: a link that works is replaced only by one that was tried. What the peer refuses is held, for
 * this value alone; what could not be tried is written, for waiting would not tell more. A link
 * that does not work has nothing to lose, and what was seen to work needs no further proof.
 *
 * A link whose TLS files were renewed is replaced as well when anything else has its consumer made
 * anew (common/decide/old_tls.h).
 */

/* Where slapd does not tell (OpenLDAP 2.4) a link is taken for one that works. */
static bool link_works(const Live *live, const LiveDatabase *database, const LiveConsumer *consumer)
{
	const RunningConsumer *running;
	RunningIndex index;

	if (!live->has_running)
		return true;
	running_index(live, database->suffixes->values[0].bytes, &index);
	running = running_find(&index, consumer->rid, consumer->provider);
	return running && (running->is_connected || running_works(running, &consumer->syncrepl));
}

static const char *refusal_of(const Probe *probe)
{
	for (size_t i = 0; i < probe->n_faults; i++)
		if (probe_code_verdict(probe->faults[i].code) == PROBE_IS_REFUSED)
			return probe->faults[i].text;
	return "the peer refused it";
}

static const char *fault_of(const Probe *probe)
{
	return probe_verdict(probe) == PROBE_IS_REFUSED || probe->n_faults == 0
		       ? refusal_of(probe)
		       : probe->faults[0].text;
}

static void hold_refused(Diff *diff, Change *change, const LinkProbe *answer)
{
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_LINK,
			  .suffix = change->suffix,
			  .peer = change->subject,
			  .text = pool_printf(diff->pool,
					      "the link to %s works, and would not with what "
					      "peers.json or its password file says now (%s): it "
					      "stays as it is. %s. To write it all the same",
					      change->subject, change->why,
					      refusal_of(&answer->probe)),
			  .release = "syncward apply --release G6",
		  });
}

static void hold_probing(Diff *diff, Change *change)
{
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_PROBING,
			  .suffix = change->suffix,
			  .peer = change->subject,
			  .text = pool_printf(diff->pool,
					      "the link to %s works, and what shall replace it "
					      "(%s) is being tried first; that ends by itself, or "
					      "with",
					      change->subject, change->why),
			  .release = "syncward apply",
		  });
}

static const WantedDatabase *wanted_of(const Wanted *wanted, const char *suffix)
{
	size_t i = 0;

	while (strcmp(wanted->databases[i].desired->suffix, suffix) != 0)
		i++;
	return &wanted->databases[i];
}

static const LiveDatabase *database_of(const Live *live, const Change *change)
{
	for (size_t i = 0; i < live->n_databases; i++)
		if (strcmp(live->databases[i].entry->dn, change->dn) == 0)
			return &live->databases[i];
	return NULL;
}

bool change_replaces_working_link(const Live *live, const Change *change)
{
	const LiveDatabase *database = database_of(live, change);

	return change->kind == CHANGE_CONSUMER_EDIT && !change->old_is_gone && database &&
	       link_differs(&change->live->syncrepl, &change->wanted->syncrepl) &&
	       link_works(live, database, change->live);
}

static void judge_edit(Diff *diff, Change *change)
{
	const unsigned peer_id = change->wanted->peer->id;
	const char *identity =
		link_identity(diff->pool, &change->wanted->syncrepl, change->wanted->secret);
	const LinkProbes *probes = diff->in->facts->probes;
	const LinkProbe *answer;

	if (known_link_is(&diff->in->known->links, change->suffix, peer_id, identity))
		return;
	answer = probes ? link_probe_find(probes, change->suffix, peer_id, identity) : NULL;
	if (answer && probe_verdict(&answer->probe) != PROBE_IS_REFUSED)
		return;
	POOL_PUSH(diff->pool, diff->plan->link_needs, diff->plan->n_link_needs,
		  {.database = wanted_of(diff->in->wanted, change->suffix),
		   .consumer = change->wanted,
		   .answer = answer});
	if (answer)
		hold_refused(diff, change, answer);
	else
		hold_probing(diff, change);
}

/* --- TLS files that were renewed --- */

/* All consumers of a database are made anew together, and read their files at that. One that does
 * not run as declared has to be, and a link that is put back does not work. */
static bool makes_consumers_anew(const Change *change, const char *suffix)
{
	return !change->is_held && change->suffix && strcmp(change->suffix, suffix) == 0 &&
	       (change->kind == CHANGE_CONSUMERS_RENEW || change->kind == CHANGE_CONSUMER_REMOVE ||
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
				    fault_of(&answer->probe)),
		.release = "syncward apply --release G6",
	};
}

static Hold untried_hold(const OldTlsLink *link)
{
	return (Hold){
		.guard = GUARD_PROBING,
		.suffix = link->database->desired->suffix,
		.text = "links that work are tried with their renewed TLS files before their "
			"consumers are made anew; that ends by itself, or with",
		.release = "syncward apply",
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

/* No link is tried twice at once: a wrong password would count double. */
static void need_add(Diff *diff, LinkNeed need)
{
	Plan *plan = diff->plan;

	for (size_t i = 0; i < plan->n_link_needs; i++)
		if (plan->link_needs[i].consumer == need.consumer)
			return;
	POOL_PUSH(diff->pool, plan->link_needs, plan->n_link_needs, need);
}

/* With can_wait nobody asked for more than the renewal: that waits also for a peer that cannot be
 * asked. */
static void judge_old_link(Diff *diff, const OldTlsLink *link, bool can_wait)
{
	const LinkProbe *answer = answer_since(diff, link);
	const ProbeVerdict verdict = answer ? probe_verdict(&answer->probe) : PROBE_NOT_TESTED;

	if (verdict == PROBE_IS_GOOD || (answer && verdict == PROBE_NOT_TESTED && !can_wait))
		return;
	need_add(diff, (LinkNeed){.database = link->database,
				  .consumer = link->consumer,
				  .answer = answer});
	hold_all_that_makes_anew(diff, link->database->desired->suffix,
				 answer ? renewal_hold(diff, link, answer) : untried_hold(link));
}

static void judge_old_links(Diff *diff, const WantedDatabase *wanted)
{
	const Live *live = diff->in->live;
	const Change *change = next_that_makes_anew(diff->plan, wanted->desired->suffix);
	const bool can_wait = change && change->kind == CHANGE_CONSUMERS_RENEW;
	const LiveDatabase *database = change ? database_of(live, change) : NULL;

	for (size_t i = 0; database && i < diff->plan->n_old_tls; i++) {
		const OldTlsLink *link = &diff->plan->old_tls[i];

		if (link->database == wanted && link_works(live, database, link->live))
			judge_old_link(diff, link, can_wait);
	}
}

/* --- all links --- */

/* Told as long as it lasts: cn=config is not what peers.json says. */
static void tell_put_back(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++) {
			const WantedConsumer *consumer = &wanted->databases[i].consumers[k];

			if (consumer->put_back)
				plan_add_hold(
					diff->pool, diff->plan,
					(Hold){
						.guard = GUARD_LINK,
						.suffix = wanted->databases[i].desired->suffix,
						.peer = consumer->peer->uri,
						.text = consumer->put_back,
						.release = "syncward apply --release G6",
					});
		}
}

void guard_links(Diff *diff)
{
	Plan *plan = diff->plan;

	if (diff_is_released(diff, GUARD_LINK))
		return;
	tell_put_back(diff);
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held &&
		    !(plan->changes[i].wanted && plan->changes[i].wanted->put_back) &&
		    change_replaces_working_link(diff->in->live, &plan->changes[i]))
			judge_edit(diff, &plan->changes[i]);
	for (size_t i = 0; plan->n_old_tls > 0 && i < diff->in->wanted->n_databases; i++)
		judge_old_links(diff, &diff->in->wanted->databases[i]);
}
