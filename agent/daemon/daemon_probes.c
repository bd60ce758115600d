/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_probes.h"

#include <string.h>

#include "agent/daemon/daemon_internal.h"
#include "agent/peer/probe_targets.h"
#include "agent/state/state.h"

#define TURN_OF_ALL "all links" /* beside those of one link, by its identity */

/* --- a round --- */

/* The password that the link has now was refused: each try more may lock its account, which the
 * link still needs. Another peers.json, another password file or a person end that. */
static bool link_need_must_rest(const LinkNeed *need)
{
	return need->answer && probe_has_fault(&need->answer->probe, PROBE_FORMER_REFUSED);
}

/* A link of which an answer holds the change must be asked the same again, or the answer is lost.
 * NULL: none does. */
static const LinkNeed *need_of(const Plan *plan, const WantedDatabase *wanted,
			       const WantedConsumer *consumer)
{
	for (size_t i = 0; i < plan->n_link_needs; i++) {
		const LinkNeed *need = &plan->link_needs[i];

		if (need->consumer->peer->id == consumer->peer->id &&
		    strcmp(need->database->desired->suffix, wanted->desired->suffix) == 0)
			return need;
	}
	return NULL;
}

static void link_add_any(LinkRound *round, const Plan *plan, const WantedDatabase *wanted,
			 const WantedConsumer *consumer)
{
	const LinkNeed *need = need_of(plan, wanted, consumer);

	if (need && link_need_must_rest(need))
		link_round_keep(round, need->answer);
	else if (need)
		link_round_add_compared(round, wanted, consumer, need->former);
	else if (!consumer->put_back)
		link_round_add(round, wanted, consumer);
}

static void links_add_all(LinkRound *round, const Plan *plan, const Wanted *wanted)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++)
			link_add_any(round, plan, &wanted->databases[i],
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

static void round_start(DaemonPass *pass, LinkRound *round, bool is_needed)
{
	DaemonProbes *probes = &pass->daemon->probes;
	ProbeRefusals *refusals = pool_alloc(round->pool, sizeof(*refusals));
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_ID,
		.expectation = {.our_id = pass->inputs.wanted.self->id},
		.refusals = refusals,
	};
	Error err;

	*refusals = probe_refusals_copy(round->pool, &pass->inputs.state.known.refusals);
	/* Without descriptors for it the next pass tries again. */
	if (round->n_targets == 0 ||
	    probe_round_start(round->pool, round->targets, round->n_targets, &options,
			      &probes->round, &err) < 0)
		return;
	probes->round_pool = round->pool;
	probes->running = round->links;
	probes->is_needed = is_needed;
}

/* Whether a bind was refused must not get lost, also where nobody waits for the rest any more. */
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

static void results_take(Daemon *daemon)
{
	DaemonProbes *probes = &daemon->probes;
	const Probe *results = probe_round_results(probes->round);

	for (size_t i = 0; i < probes->running.n_items; i++) {
		probes->running.items[i].probe = results[i];
		probes->running.items[i].at_sec = daemon_realtime_sec(daemon);
	}
	done_add(probes, &probes->running);
}

int daemon_probe_fd(const Daemon *daemon)
{
	return daemon->probes.round ? probe_round_fd(daemon->probes.round) : -1;
}

bool daemon_probe_process(Daemon *daemon)
{
	DaemonProbes *probes = &daemon->probes;

	if (!probes->round || !probe_round_process(probes->round))
		return false;
	refusals_take(probes);
	results_take(daemon);
	round_end(probes);
	return true;
}

/* --- around a pass --- */

void daemon_probes_take(DaemonPass *pass)
{
	DaemonProbes *probes = &pass->daemon->probes;
	Known *known = &pass->inputs.state.known;
	const ProbeRefusals joined =
		probe_refusals_join(pass->pool, &known->refusals, &probes->refusals);
	Error err;

	if (probe_refusals_equal(&joined, &known->refusals))
		return;
	known->refusals = joined;
	if (state_write_refusals(pass->context.state_dir, &joined, &err) < 0)
		daemon_state_problem(pass, &err);
	else
		probes->refusals = (ProbeRefusals){0};
}

/* Not tried yet, or so long ago that the peer, or the way to it, may have been mended. A peer that
 * was away is back sooner than one is mended, and to ask it again locks no account. */
static bool is_needed(const DaemonPass *pass, const LinkNeed *need)
{
	const Context *context = &pass->context;
	const bool must_rest = link_need_must_rest(need);
	const bool was_away =
		need->answer && probe_verdict(&need->answer->probe) == PROBE_NOT_TESTED;
	const int64_t wait_sec = was_away && context->interval_sec < context->probe_interval_sec
					 ? context->interval_sec
					 : context->probe_interval_sec;

	return !need->answer ||
	       (!must_rest && daemon_realtime_sec(pass->daemon) - need->answer->at_sec >= wait_sec);
}

/* The first link that a change waits for; NULL: none does. */
static const WantedConsumer *first_needed(DaemonPass *pass)
{
	const Plan *plan = &pass->report.last_plan;
	const WantedConsumer *found = NULL;
	const WantedDatabase *database;

	for (size_t i = 0; i < plan->n_link_needs; i++)
		if (is_needed(pass, &plan->link_needs[i]))
			return plan->link_needs[i].consumer;
	for (const FormerLink *former = pass->daemon->formers; former && !found;
	     former = former->next)
		found = daemon_former_asked(pass, former, &database);
	return found;
}

static void links_add_needed(LinkRound *round, DaemonPass *pass)
{
	const Plan *plan = &pass->report.last_plan;

	for (size_t i = 0; i < plan->n_link_needs; i++)
		if (is_needed(pass, &plan->link_needs[i]))
			link_round_add_compared(round, plan->link_needs[i].database,
						plan->link_needs[i].consumer,
						plan->link_needs[i].former);
	for (const FormerLink *former = pass->daemon->formers; former; former = former->next) {
		const WantedDatabase *database;
		const WantedConsumer *consumer = daemon_former_asked(pass, former, &database);

		if (consumer)
			link_round_add(round, database, consumer);
	}
}

static bool are_links_probed(const DaemonPass *pass)
{
	return pass->context.probes && pass->inputs.state.known.n_left == 0;
}

static bool are_all_due(const DaemonPass *pass)
{
	const DaemonProbes *probes = &pass->daemon->probes;

	return are_links_probed(pass) && !probes->round &&
	       daemon_now_usec(pass->daemon) >= probes->due_usec;
}

/* What this node is asked to probe at the same time as others: a change that waits, or, when they
 * were started or reloaded together, all links. */
static void turn_take_for(DaemonPass *pass, const WantedConsumer *first)
{
	DaemonProbes *probes = &pass->daemon->probes;
	const uint64_t now_usec = daemon_now_usec(pass->daemon);
	const uint64_t wait_usec = turn_password_usec(wanted_rank(&pass->inputs.wanted));
	const bool is_reloaded = pass->triggers & TRIGGER_BIT(TRIGGER_RELOAD);

	if (is_reloaded && now_usec < probes->due_usec)
		probes->due_usec = now_usec;
	if (first)
		turn_take(&probes->turn, link_identity(pass->pool, &first->syncrepl, first->secret),
			  wait_usec, now_usec);
	else if (are_links_probed(pass) && (is_reloaded || probes->due_usec == 0))
		turn_take(&probes->turn, TURN_OF_ALL, wait_usec, now_usec);
}

/* The round that runs will tell all that is asked. */
static bool round_covers(const DaemonProbes *probes, const LinkProbes *asked)
{
	for (size_t i = 0; i < asked->n_items; i++)
		if (!link_probe_find(&probes->running, asked->items[i].suffix,
				     asked->items[i].peer_id, asked->items[i].identity))
			return false;
	return probes->is_needed;
}

/* Of peers that are no more nothing is kept. */
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

/* A change that waits goes before the round of all links, which is made anew behind it. */
static void probe_needed(DaemonPass *pass, LinkRound *round)
{
	DaemonProbes *probes = &pass->daemon->probes;

	links_add_needed(round, pass);
	if (round->withheld.n_items > 0) {
		done_add(probes, &round->withheld);
		wake_add(&pass->wakes, WAKE_PROBES, daemon_now_usec(pass->daemon));
	}
	if (probes->round && round_covers(probes, &round->links))
		return;
	if (probes->round) {
		refusals_take(probes);
		probes->due_usec =
			probes->is_needed ? probes->due_usec : daemon_now_usec(pass->daemon);
		round_end(probes);
	}
	round_start(pass, round, true);
}

static void probe_all(DaemonPass *pass, LinkRound *round)
{
	DaemonProbes *probes = &pass->daemon->probes;

	probes->due_usec =
		daemon_now_usec(pass->daemon) + pass->context.probe_interval_sec * 1000000ULL;
	probes->is_hurried = false;
	turn_end(&probes->turn);
	links_add_all(round, &pass->report.last_plan, &pass->inputs.wanted);
	done_prune(probes, round);
	done_add(probes, &round->withheld);
	round_start(pass, round, false);
}

/* Somebody waits for the next round of all links. The end of one that runs makes a pass by itself.
 */
static void wake_for_hurry(DaemonPass *pass)
{
	const DaemonProbes *probes = &pass->daemon->probes;
	const uint64_t turn_usec = probes->turn.at_usec;

	if (probes->is_hurried && !probes->round && are_links_probed(pass))
		wake_add(&pass->wakes, WAKE_PROBES,
			 turn_usec > probes->due_usec ? turn_usec : probes->due_usec);
}

void daemon_probes_next(DaemonPass *pass)
{
	const Turn *turn = &pass->daemon->probes.turn;
	const WantedConsumer *first;
	LinkRound round;

	if (!pass->report.has_plan || !pass->inputs.wanted.self)
		return;
	first = first_needed(pass);
	turn_take_for(pass, first);
	if (!first && !are_all_due(pass)) {
		wake_for_hurry(pass);
		return;
	}
	if (!turn_has_come(turn, daemon_now_usec(pass->daemon))) {
		wake_add(&pass->wakes, WAKE_PROBES, turn->at_usec);
		return;
	}
	round = link_round_new(pool_new(), pass->daemon->directory,
			       &(PasswordSight){&pass->inputs.state.known.links,
						&pass->report.last_world.live,
						&pass->daemon->probes.done});
	if (first)
		probe_needed(pass, &round);
	else
		probe_all(pass, &round);
	if (pass->daemon->probes.round_pool != round.pool)
		pool_free(round.pool);
}

void daemon_probes_by(Daemon *daemon, uint64_t at_usec)
{
	DaemonProbes *probes = &daemon->probes;

	if (!daemon->context.probes)
		return;
	if (at_usec < probes->due_usec)
		probes->due_usec = at_usec;
	probes->is_hurried = true;
}

const LinkProbes *daemon_probes_done(const Daemon *daemon)
{
	return &daemon->probes.done;
}

void daemon_probes_free(Daemon *daemon)
{
	extra_looks_free(daemon->extra_looks);
	round_end(&daemon->probes);
	pool_free(daemon->probes.pool);
	pool_free(daemon->probes.refusals_pool);
}
