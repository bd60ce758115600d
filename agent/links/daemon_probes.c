/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_probes.h"

#include <string.h>

#include "agent/peer/probe_targets.h"
#include "agent/state/state.h"
#include "common/wanted/wanted_rhythm.h"

#define TURN_OF_ALL "all links" /* besides those of one link, by its identity */
#define SOON_SEC    4           /* passes that check whether a problem persists decide when */
#define SOON_MAX    8           /* more links than that are asked at the usual time */

/* --- a round --- */

/* The password that the link has now was refused: each further try may lock its account, which the
 * link still needs. Another peers.json, another password file or a person ends that. */
static bool link_need_must_rest(const LinkNeed *need)
{
	return need->answer && probe_has_fault(&need->answer->probe, PROBE_FORMER_REFUSED);
}

/* A link of which an answer holds the change must be asked the same again, or the answer is lost.
 * NULL: none does. */
static const LinkNeed *need_of(const PlanNeeds *needs, const WantedDatabase *wanted,
			       const WantedConsumer *consumer)
{
	for (size_t i = 0; i < needs->n_links; i++) {
		const LinkNeed *need = &needs->links[i];

		if (need->consumer->peer->id == consumer->peer->id &&
		    strcmp(need->database->desired->suffix, wanted->desired->suffix) == 0)
			return need;
	}
	return NULL;
}

static void link_add_any(LinkRound *round, const PlanNeeds *needs, const WantedDatabase *wanted,
			 const WantedConsumer *consumer)
{
	const LinkNeed *need = need_of(needs, wanted, consumer);

	if (need && link_need_must_rest(need))
		link_round_keep(round, need->answer);
	else if (need)
		link_round_add_compared(round, wanted, consumer, need->former);
	else if (!consumer->put_back)
		link_round_add(round, wanted, consumer);
}

/* A log that its node shut gives nothing, and slapd does not show that: these links are asked also
 * where "probe" is false. */
static bool is_probed(const Found *found, const WantedDatabase *database)
{
	return found->context.rhythm.probes || wanted_may_read_logs(database);
}

static void links_add_all(LinkRound *round, const Found *found)
{
	const Wanted *wanted = &found->inputs.wanted;

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; is_probed(found, &wanted->databases[i]) &&
				   k < wanted->databases[i].n_consumers;
		     k++)
			link_add_any(round, &found->report.last.plan.unknown, &wanted->databases[i],
				     &wanted->databases[i].consumers[k]);
}

static void round_end(DaemonProbes *probes)
{
	probe_round_free(probes->round);
	pool_free(probes->round_pool);
	probes->round = NULL;
	probes->round_pool = NULL;
	probes->running = (LinkProbes){0};
}

static void round_start(DaemonProbes *probes, const Found *found, LinkRound *round, bool is_needed)
{
	ProbeRefusals *refusals = pool_alloc(round->pool, sizeof(*refusals));
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_ID,
		.expectation = {.our_id = peer_server_id(found->inputs.wanted.self)},
		.refusals = refusals,
	};
	Error err;

	*refusals = probe_refusals_copy(round->pool, &found->inputs.state.known.peers.refusals);
	/* Without descriptors for it the next pass tries again. */
	if (round->n_targets == 0 ||
	    probe_round_start(round->pool, round->targets, round->n_targets, &options,
			      &probes->round, &err) < 0)
		return;
	probes->n_rounds++;
	for (size_t i = 0; i < round->links.n_items; i++)
		round->links.items[i].round = probes->n_rounds;
	probes->round_pool = round->pool;
	probes->running = round->links;
	probes->is_needed = is_needed;
}

/* Whether a bind was refused must not get lost, even where nothing waits for the rest any more. */
static void refusals_take(DaemonProbes *probes)
{
	Pool *pool = pool_new();
	const ProbeRefusals heard = probe_round_refusals(pool, probes->round);

	probes->refusals = probe_refusals_join(pool, &probes->refusals, &heard);
	pool_free(probes->refusals_pool);
	probes->refusals_pool = pool;
}

/* Newer answers in place of older ones to the same links. */
static void done_add(DaemonProbes *probes, const LinkProbes *newer)
{
	Pool *pool = pool_new();

	probes->done = link_probes_join(pool, &probes->done, newer);
	pool_free(probes->pool);
	probes->pool = pool;
}

static void results_take(DaemonProbes *probes, int64_t now_sec)
{
	const Probe *results = probe_round_results(probes->round);

	for (size_t i = 0; i < probes->running.n_items; i++) {
		probes->running.items[i].probe = results[i];
		probes->running.items[i].at_sec = now_sec;
	}
	done_add(probes, &probes->running);
}

int daemon_probes_fd(const DaemonProbes *probes)
{
	return probes->round ? probe_round_fd(probes->round) : -1;
}

bool daemon_probes_process(DaemonProbes *probes, const Clock *clock)
{
	if (!probes->round || !probe_round_process(probes->round))
		return false;
	refusals_take(probes);
	results_take(probes, clock->realtime_sec(clock->userdata));
	round_end(probes);
	return true;
}

/* --- around a pass --- */

void daemon_probes_take(DaemonProbes *probes, Found *found)
{
	Known *known = &found->inputs.state.known;
	const ProbeRefusals joined =
		probe_refusals_join(found->pool, &known->peers.refusals, &probes->refusals);
	Error err;

	if (probe_refusals_equal(&joined, &known->peers.refusals))
		return;
	known->peers.refusals = joined;
	if (state_write_refusals(found->context.paths.state_dir, &joined, &err) < 0)
		found_state_problem(found, &err);
	else
		probes->refusals = (ProbeRefusals){0};
}

/* What a peer answered is reported until it is asked again. Asking soon costs nothing where few are
 * asked, and none of them refused a password: that may lock an account. */
static bool may_be_asked_soon(const PlanNeeds *needs, const LinkNeed *need)
{
	return needs->n_links <= SOON_MAX && !need->can_wait && need->answer &&
	       need->answer->probe.steps[PROBE_BIND] != PROBE_BAD && !link_need_must_rest(need);
}

size_t daemon_probes_count_awaited(const Found *found)
{
	const Plan *plan = &found->report.last.plan;
	size_t n = plan_count_awaited(plan);

	for (size_t i = 0; found->context.rhythm.probes && i < plan->unknown.n_links; i++)
		n += may_be_asked_soon(&plan->unknown, &plan->unknown.links[i]);
	return n;
}

/* So long ago that the peer, or the way to it, may have been repaired. A peer that was away is back
 * sooner than a broken one is repaired. */
static int64_t again_sec(const Found *found, const LinkNeed *need)
{
	const Context *context = &found->context;
	const bool was_away = probe_verdict(&need->answer->probe) == PROBE_NOT_TESTED;

	if (may_be_asked_soon(&found->report.last.plan.unknown, need))
		return SOON_SEC;
	return was_away && context->rhythm.interval_sec < context->rhythm.probe_interval_sec
		       ? context->rhythm.interval_sec
		       : context->rhythm.probe_interval_sec;
}

static bool is_needed(const Found *found, const LinkNeed *need)
{
	if (need->can_wait)
		return false;
	return !need->answer ||
	       (!link_need_must_rest(need) &&
		found_realtime_sec(found) - need->answer->at_sec >= again_sec(found, need));
}

/* The first link that a change waits for, or that somebody asks about; NULL: none. */
static const WantedConsumer *first_needed(const Found *found, const Asks *asks)
{
	const Plan *plan = &found->report.last.plan;

	for (size_t i = 0; i < plan->unknown.n_links; i++)
		if (is_needed(found, &plan->unknown.links[i]))
			return plan->unknown.links[i].consumer;
	return asks->n_links > 0 ? asks->links[0].consumer : NULL;
}

static void links_add_needed(LinkRound *round, const Found *found, const Asks *asks)
{
	const Plan *plan = &found->report.last.plan;

	for (size_t i = 0; i < plan->unknown.n_links; i++)
		if (is_needed(found, &plan->unknown.links[i]))
			link_round_add_compared(round, plan->unknown.links[i].database,
						plan->unknown.links[i].consumer,
						plan->unknown.links[i].former);
	for (size_t i = 0; i < asks->n_links; i++)
		link_round_add(round, asks->links[i].database, asks->links[i].consumer);
}

static bool are_links_probed(const Found *found)
{
	const Wanted *wanted = &found->inputs.wanted;
	bool is_any = false;

	for (size_t i = 0; !is_any && i < wanted->n_databases; i++)
		is_any = is_probed(found, &wanted->databases[i]);
	return is_any && found->inputs.state.known.leave.n_databases == 0;
}

static bool are_all_due(const DaemonProbes *probes, const Found *found)
{
	return are_links_probed(found) && !probes->round &&
	       found_now_usec(found) >= probes->due_usec;
}

/* Others ask for the next round of all links, too. */
static void asks_take(DaemonProbes *probes, const Found *found, const Asks *asks)
{
	if (!asks->is_hurried || !found->context.rhythm.probes)
		return;
	if (asks->by_usec < probes->due_usec)
		probes->due_usec = asks->by_usec;
	probes->is_hurried = true;
}

/* What this node is asked to probe at the same time as others: a change that waits, or, when they
 * were started or reloaded together, all links. */
static void turn_take_for(DaemonProbes *probes, const Found *found, const WantedConsumer *first)
{
	const uint64_t now_usec = found_now_usec(found);
	const uint64_t wait_usec = turn_password_usec(wanted_rank(&found->inputs.wanted));
	const bool is_reloaded = found_is_caused_by(found, TRIGGER_RELOAD);

	if (is_reloaded && now_usec < probes->due_usec)
		probes->due_usec = now_usec;
	if (first)
		turn_take(&probes->turn,
			  link_identity(found->pool, &first->syncrepl, first->secret), wait_usec,
			  now_usec);
	else if (are_links_probed(found) && (is_reloaded || probes->due_usec == 0))
		turn_take(&probes->turn, TURN_OF_ALL, wait_usec, now_usec);
}

/* The round that is running will answer all that is asked. */
static bool round_covers(const DaemonProbes *probes, const LinkProbes *asked)
{
	for (size_t i = 0; i < asked->n_items; i++)
		if (!link_probe_find(&probes->running, asked->items[i].suffix,
				     asked->items[i].peer_id, asked->items[i].identity))
			return false;
	return probes->is_needed;
}

/* Nothing is kept of peers that no longer exist. */
static void done_prune(DaemonProbes *probes, const LinkRound *round)
{
	LinkProbes kept = {0};
	AUTO(Pool) *scratch = pool_new();

	for (size_t i = 0; i < probes->done.n_items; i++) {
		const LinkProbe *item = &probes->done.items[i];

		if (link_probe_find(&round->links, item->suffix, item->peer_id, NULL))
			POOL_PUSH(scratch, kept.items, kept.n_items, *item);
	}
	probes->done = kept;
	done_add(probes, &(LinkProbes){0});
}

/* A change that waits goes before the round of all links, which is started anew after it. */
static void probe_needed(DaemonProbes *probes, const Found *found, LinkRound *round,
			 WakeList *wakes)
{
	if (round->withheld.n_items > 0) {
		done_add(probes, &round->withheld);
		wake_add(wakes, WAKE_PROBES, found_now_usec(found));
	}
	if (probes->round && round_covers(probes, &round->links))
		return;
	if (probes->round) {
		refusals_take(probes);
		probes->due_usec = probes->is_needed ? probes->due_usec : found_now_usec(found);
		round_end(probes);
	}
	round_start(probes, found, round, true);
}

static void probe_all(DaemonProbes *probes, const Found *found, LinkRound *round)
{
	const uint64_t every_sec =
		wanted_ask_sec(&found->inputs.wanted, found->report.last.world.live.runs.is_known,
			       found->context.rhythm.probe_interval_sec);

	probes->due_usec = found_now_usec(found) + every_sec * 1000000ULL;
	/* The interval of passes is longer, as a rule. */
	probes->is_hurried = every_sec < found->context.rhythm.probe_interval_sec;
	turn_end(&probes->turn);
	links_add_all(round, found);
	done_prune(probes, round);
	done_add(probes, &round->withheld);
	round_start(probes, found, round, false);
}

/* Something waits for the next round of all links. The end of one that is running causes a pass by
 * itself. */
static void wake_for_hurry(const DaemonProbes *probes, const Found *found, WakeList *wakes)
{
	const uint64_t turn_usec = probes->turn.at_usec;

	if (probes->is_hurried && !probes->round && are_links_probed(found))
		wake_add(wakes, WAKE_PROBES,
			 turn_usec > probes->due_usec ? turn_usec : probes->due_usec);
}

static LinkRound round_new(const DaemonProbes *probes, const Found *found)
{
	return link_round_new(pool_new(), found->directory,
			      &(PasswordSight){&found->inputs.state.known.peers.links,
					       &found->report.last.world.live, &probes->done});
}

Follow daemon_probes_look(DaemonProbes *probes, const Found *found, const Asks *asks)
{
	const WantedConsumer *first;
	Follow follow = {0};
	LinkRound round;

	asks_take(probes, found, asks);
	if (!found->report.has_plan || !found->inputs.wanted.self)
		return follow;
	first = first_needed(found, asks);
	turn_take_for(probes, found, first);
	if (!first && !are_all_due(probes, found)) {
		wake_for_hurry(probes, found, &follow.wakes);
		return follow;
	}
	if (!turn_has_come(&probes->turn, found_now_usec(found))) {
		wake_add(&follow.wakes, WAKE_PROBES, probes->turn.at_usec);
		return follow;
	}
	round = round_new(probes, found);
	if (first) {
		links_add_needed(&round, found, asks);
		probe_needed(probes, found, &round, &follow.wakes);
	} else {
		probe_all(probes, found, &round);
	}
	if (probes->round_pool != round.pool)
		pool_free(round.pool);
	return follow;
}

void daemon_probes_free(DaemonProbes *probes)
{
	round_end(probes);
	pool_free(probes->pool);
	pool_free(probes->refusals_pool);
}
