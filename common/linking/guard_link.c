/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/guard_link.h"
#include "common/linking/guard_link_parts.h"
#include "common/remedies/remedies.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/link/link_probes.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/syncrepl/syncrepl_log.h"

/*
 * G6: a link that works is replaced only by one that was tried and found good. What the peer
 * refuses is held, and so is what could not be tried: a typo in a URI looks like a peer that is
 * away, on all nodes at once. A link that does not work has nothing to lose, and what was seen to
 * work needs no further proof. What is beyond us (a mechanism that we do not speak) no waiting
 * would prove: it is written and watched, and held where slapd does not let us watch.
 *
 * A link whose TLS files were renewed is replaced as well when anything else has its consumer made
 * anew (common/draft/old_tls.h).
 */

bool change_replaces_working_link(const LiveRunning *runs, const DatabasePlan *database,
				  const ChangedConsumer *consumer)
{
	return !consumer->old_is_gone &&
	       link_differs(&consumer->live->syncrepl, &consumer->wanted->syncrepl) &&
	       guard_link_works(runs, database->live, consumer->live);
}

/* --- links that worked when the pass began --- */

static const char *link_name(Pool *pool, const char *dn, const LiveConsumer *consumer)
{
	return pool_printf(pool, "%s %d %s", dn, consumer->rid, consumer->provider);
}

static void links_note(Pool *pool, const LiveRunning *runs, const LiveDatabase *database,
		       KnownPeers *peers)
{
	RunningIndex index;

	running_index(runs, database->suffixes->values[0].bytes, &index);
	for (size_t i = 0; i < database->n_consumers; i++) {
		const LiveConsumer *consumer = &database->consumers[i];

		if (consumer->parses && (!runs->is_known || guard_link_runs(&index, consumer)))
			POOL_PUSH(pool, peers->worked, peers->n_worked,
				  link_name(pool, database->entry->dn, consumer));
	}
}

void guard_links_note(Pool *pool, const Live *live, KnownPeers *peers)
{
	for (size_t i = 0; i < live->n_databases; i++)
		if (live->databases[i].suffixes) /* that of cn=config has none, and is left alone */
			links_note(pool, &live->runs, &live->databases[i], peers);
}

/*
 * slapd makes all consumers of a database anew when this pass replaces one of them: until such a
 * one made contact it does not work, and a peer that is slow just then is no link that is down.
 */
static bool was_made_anew(const Diff *diff, const DatabasePlan *plan, const Change *change)
{
	const Live *live = diff->in->live;
	const Known *known = diff->in->known;
	const LiveDatabase *database = plan->live;
	const RunningConsumer *running;
	const char *name;
	RunningIndex index;

	if (change->consumer.old_is_gone ||
	    !link_differs(&change->consumer.live->syncrepl, &change->consumer.wanted->syncrepl))
		return false;
	running_index(&live->runs, database->suffixes->values[0].bytes, &index);
	running = running_find(&index, change->consumer.live->rid, change->consumer.live->provider);
	if (running && timestamp_of_generalized(running->last_contact) >= 0)
		return false;
	name = link_name(diff->pool, change->dn, change->consumer.live);
	for (size_t i = 0; i < known->peers.n_worked; i++)
		if (strcmp(known->peers.worked[i], name) == 0)
			return true;
	return false;
}

/* --- a link that changes --- */

/* "it ... the new peers.json or password file" */
static const char *const edit_verdicts[] = {
	[PROBE_IS_GOOD] = "would work with",
	[PROBE_BEYOND_US] = "can neither be tested nor be seen in cn=monitor with",
	[PROBE_NOT_TESTED] = "could not be tested with",
	[PROBE_IS_REFUSED] = "would fail with",
};
_Static_assert(ARRAY_SIZE(edit_verdicts) == PROBE_VERDICT_COUNT, "a text for every verdict");

#define WRITE_ALL_THE_SAME remedy_text(REMEDY_RELEASE_G6)

/* What is the matter with the peer, whose name the message has already. */
static const char *fault_of(const Change *change, const Probe *probe)
{
	const char *text = guard_link_fault(probe);
	const size_t len = strlen(change->subject);

	return strncmp(text, change->subject, len) == 0 && strncmp(text + len, ": ", 2) == 0
		       ? text + len + 2
		       : text;
}

static void hold_tried(Diff *diff, const DatabasePlan *database, Change *change, const Probe *probe)
{
	const ProbeVerdict verdict = probe_verdict(probe);
	const bool sees_less = probe_has_fault(probe, PROBE_SEES_LESS);
	const char *would = sees_less ? "would lose data with" : edit_verdicts[verdict];
	Hold hold = {
		.guard = GUARD_LINK,
		.suffix = change->suffix,
		.peer = change->subject,
		.text = pool_printf(
			diff->pool,
			"the link to %s works, and stays as it is, because it %s the new "
			"peers.json or password file (%s): %s. To write it anyway",
			change->subject, would, change->why, fault_of(change, probe)),
		.release = WRITE_ALL_THE_SAME,
	};

	if (sees_less)
		guard_link_let_see(diff, database->wanted, WRITE_ALL_THE_SAME, &hold);
	plan_hold(diff->pool, diff->plan, change, hold);
}

static void hold_probing(Diff *diff, Change *change)
{
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_PROBING,
			  .suffix = change->suffix,
			  .peer = change->subject,
			  .text = pool_printf(
				  diff->pool,
				  "the link to %s works, and syncward is testing its replacement "
				  "(%s) first; that ends by itself, or with",
				  change->subject, change->why),
			  .release = remedy_text(REMEDY_APPLY),
		  });
}

/* Written, watched by the daemon, and put back when it does not connect. */
static void let_untried(Diff *diff, const Change *change, const Probe *probe)
{
	const unsigned patience_sec = link_patience_sec(&change->consumer.wanted->syncrepl);

	if (patience_sec > diff->plan->order.untried_sec)
		diff->plan->order.untried_sec = patience_sec;
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_WARNING, "beyond-us", change->suffix,
		"the link to %s works, but the new peers.json (%s) cannot be tested: %s. The "
		"daemon writes it on one node after the other, and restores the former value if "
		"slapd does not read it within %u s; if you write it by hand, see `%s`",
		change->subject, change->why, fault_of(change, probe), patience_sec,
		remedy_text(REMEDY_STATUS));
}

/* A probe that nobody asked for this change says that the link works, not what it sees. */
static bool was_not_compared(const Probe *probe)
{
	return probe_verdict(probe) == PROBE_IS_GOOD &&
	       probe->steps[PROBE_FORMER] == PROBE_NOT_TRIED;
}

/* Where slapd does not show whether a link works (2.4): no server listens where it reads, so it
 * does not. Silence is no such proof. */
static bool reads_from_nobody(const Diff *diff, const ChangedConsumer *consumer, const Probe *probe)
{
	return !diff->in->live->runs.is_known && probe_has_fault(probe, PROBE_PORT_CLOSED) &&
	       strcmp(consumer->live->provider, consumer->wanted->provider) == 0;
}

/* The peer was asked for the log, and showed all but that: the same link reads the database. */
static bool reads_plainly(const Diff *diff, const DatabasePlan *database,
			  const ChangedConsumer *consumer)
{
	const WantedConsumer *wanted = consumer->wanted;
	const Syncrepl former = syncrepl_with_log(&wanted->syncrepl, &consumer->live->syncrepl);
	const LinkProbes *probes = diff->in->facts->probes;
	const LinkProbe *answer;

	if (!probes || syncrepl_log(&wanted->syncrepl) ||
	    !syncrepl_log(&consumer->live->syncrepl) ||
	    link_differs(&former, &consumer->live->syncrepl))
		return false;
	answer = link_probe_find(probes, database->suffix, wanted->peer->id,
				 link_identity(diff->pool, &former, wanted->secret));
	return answer && probe_is_good_but_log(&answer->probe);
}

static void judge_edit(Diff *diff, const DatabasePlan *database, Change *change)
{
	const unsigned peer_id = change->consumer.wanted->peer->id;
	const char *identity = link_identity(diff->pool, &change->consumer.wanted->syncrepl,
					     change->consumer.wanted->secret);
	const LinkProbes *probes = diff->in->facts->probes;
	const LiveConsumer *former = link_is_another_identity(&change->consumer.live->syncrepl,
							      &change->consumer.wanted->syncrepl)
					     ? change->consumer.live
					     : NULL;
	const LinkProbe *answer;

	if (known_link_is(&diff->in->known->peers.links, database->suffix, peer_id, identity))
		return;
	answer = probes ? link_probe_find(probes, database->suffix, peer_id, identity) : NULL;
	if (!answer && reads_plainly(diff, database, &change->consumer))
		return;
	if (answer && former && was_not_compared(&answer->probe))
		answer = NULL;
	if (answer && (probe_verdict(&answer->probe) == PROBE_IS_GOOD ||
		       reads_from_nobody(diff, &change->consumer, &answer->probe)))
		return;
	if (answer && probe_verdict(&answer->probe) == PROBE_BEYOND_US &&
	    diff->in->live->runs.is_known) {
		let_untried(diff, change, &answer->probe);
		return;
	}
	guard_link_need(diff, (LinkNeed){.database = database->wanted,
					 .consumer = change->consumer.wanted,
					 .former = former,
					 .answer = answer});
	if (answer)
		hold_tried(diff, database, change, &answer->probe);
	else
		hold_probing(diff, change);
}

/* --- all links --- */

/* Reported as long as it lasts: cn=config is not what peers.json says. */
static bool is_released(const Diff *diff, const DatabasePlan *database)
{
	return diff_is_released_for(diff, GUARD_LINK, database->suffix);
}

static void tell_put_back(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++) {
			const WantedConsumer *consumer = &wanted->databases[i].consumers[k];

			if (consumer->put_back && !is_released(diff, &diff->plan->databases[i]))
				plan_add_hold(
					diff->pool, diff->plan,
					(Hold){
						.guard = GUARD_LINK,
						.suffix = wanted->databases[i].desired->suffix,
						.peer = consumer->peer->uri,
						.text = consumer->put_back,
						.release = remedy_text(REMEDY_RELEASE_G6),
					});
		}
}

static void judge_edits(Diff *diff, const DatabasePlan *database)
{
	Change *change;

	for (size_t at = 0; (change = change_next_free(diff->plan, database,
						       CHANGE_BIT(CHANGE_CONSUMER_EDIT), &at));)
		if (!change->consumer.wanted->put_back &&
		    (change_replaces_working_link(&diff->in->live->runs, database,
						  &change->consumer) ||
		     was_made_anew(diff, database, change)))
			judge_edit(diff, database, change);
}

void guard_links(Diff *diff)
{
	const size_t n_databases = diff->in->wanted->n_databases;
	const DatabasePlan *databases = diff->plan->databases;

	tell_put_back(diff);
	for (size_t i = 0; i < n_databases; i++)
		if (!is_released(diff, &databases[i]))
			judge_edits(diff, &databases[i]);
	for (size_t i = 0; i < n_databases; i++)
		if (!is_released(diff, &databases[i]))
			guard_last_links(diff, &databases[i]);
	for (size_t i = 0; i < n_databases; i++)
		if (!is_released(diff, &databases[i]))
			guard_old_tls_links(diff, &databases[i]);
}
