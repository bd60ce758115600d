/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/diff.h"
#include "common/link.h"
#include "common/running.h"

/*
 * G6: a link that works is replaced only by one that was tried. What the peer refuses is held, for
 * this value alone; what could not be tried is written, for waiting would not tell more. A link
 * that does not work has nothing to lose, and what was seen to work needs no further proof.
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

	return change->kind == CHANGE_CONSUMER_EDIT && database &&
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

	if (known_link_is(diff->in->known, change->suffix, peer_id, identity))
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

static void hold_renewal(Diff *diff, Change *change, const OldTlsLink *link,
			 const LinkProbe *answer)
{
	const char *uri = link->consumer->peer->uri;
	const bool is_refused = probe_verdict(&answer->probe) == PROBE_IS_REFUSED;

	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_LINK,
			  .suffix = change->suffix,
			  .peer = uri,
			  .text = pool_printf(diff->pool,
					      "the link to %s works, and %s with its TLS files as "
					      "they are now: no consumer of this database is made "
					      "anew. %s. To do it all the same",
					      uri, is_refused ? "would not" : "could not be tried",
					      fault_of(&answer->probe)),
			  .release = "syncward apply --release G6",
		  });
}

static void hold_untried(Diff *diff, Change *change)
{
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_PROBING,
			  .suffix = change->suffix,
			  .text = "links that work are tried with their renewed TLS files before "
				  "their consumers are made anew; that ends by itself, or with",
			  .release = "syncward apply",
		  });
}

/* Unlike a change that somebody asked for this can wait for a peer that cannot be asked: what works
 * goes on. An answer from before the files were written says nothing. */
static void judge_renewed_link(Diff *diff, Change *change, const OldTlsLink *link)
{
	const WantedConsumer *consumer = link->consumer;
	const LinkProbes *probes = diff->in->facts->probes;
	const LinkProbe *answer =
		probes ? link_probe_find(
				 probes, change->suffix, consumer->peer->id,
				 link_identity(diff->pool, &consumer->syncrepl, consumer->secret))
		       : NULL;

	if (answer && answer->began_sec <= link->written_sec)
		answer = NULL;
	if (answer && probe_verdict(&answer->probe) == PROBE_IS_GOOD)
		return;
	POOL_PUSH(diff->pool, diff->plan->link_needs, diff->plan->n_link_needs,
		  {.database = link->database, .consumer = consumer, .answer = answer});
	if (answer)
		hold_renewal(diff, change, link, answer);
	else
		hold_untried(diff, change);
}

/* All consumers of a database are made anew together: what is refused to one holds all. */
static void judge_renewal(Diff *diff, Change *change)
{
	const Live *live = diff->in->live;
	const LiveDatabase *database = database_of(live, change);

	for (size_t i = 0; i < diff->plan->n_old_tls; i++) {
		const OldTlsLink *link = &diff->plan->old_tls[i];

		if (link->database == wanted_of(diff->in->wanted, change->suffix) &&
		    link_works(live, database, link->live))
			judge_renewed_link(diff, change, link);
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
	for (size_t i = 0; i < plan->n_changes; i++) {
		Change *change = &plan->changes[i];

		if (change->is_held || (change->wanted && change->wanted->put_back))
			continue;
		if (change->kind == CHANGE_CONSUMERS_RENEW)
			judge_renewal(diff, change);
		else if (change_replaces_working_link(diff->in->live, change))
			judge_edit(diff, change);
	}
}
