/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon_probe.h"

#include <string.h>

#include "agent/daemon_internal.h"
#include "agent/link_tls.h"
#include "agent/state.h"

/* --- what a round is about --- */

/* The links of one round, in its own pool: the pass that asked for it is over before it ends. */
typedef struct RoundLinks {
	Pool *pool;
	const Entry *global; /* cn=config itself */
	ProbeTarget *targets;
	size_t n_targets;
	LinkProbes links;
	const Syncrepl *last; /* most of the next is the same */
} RoundLinks;

static const char *value_copy(const RoundLinks *round, const char *value, size_t keyword)
{
	const char *last = round->last ? round->last->value[keyword] : NULL;

	if (value && last && strcmp(value, last) == 0)
		return last;
	return pool_strdup(round->pool, value);
}

static const Syncrepl *syncrepl_copy(RoundLinks *round, const Syncrepl *syncrepl)
{
	const Syncrepl inherited = link_inherit_tls(syncrepl, round->global);
	Syncrepl *copy = pool_alloc(round->pool, sizeof(*copy));

	for (size_t i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		copy->value[i] = value_copy(round, inherited.value[i], i);
	round->last = copy;
	return copy;
}

static void link_add(RoundLinks *round, const char *suffix, const WantedConsumer *consumer)
{
	Pool *pool = round->pool;
	const LinkProbe *last =
		round->links.n_items > 0 ? &round->links.items[round->links.n_items - 1] : NULL;
	const char *name = last && strcmp(last->suffix, suffix) == 0 ? last->suffix
								     : pool_strdup(pool, suffix);

	POOL_PUSH(pool, round->links.items, round->links.n_items,
		  {.suffix = name,
		   .peer_id = consumer->peer->id,
		   .identity = link_identity(pool, &consumer->syncrepl, consumer->secret)});
	POOL_PUSH(pool, round->targets, round->n_targets,
		  {.syncrepl = syncrepl_copy(round, &consumer->syncrepl),
		   .suffix = name,
		   .peer_id = consumer->peer->id,
		   .secret = pool_strdup(pool, consumer->secret)});
}

static void links_add_all(RoundLinks *round, const Wanted *wanted)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++)
			link_add(round, wanted->databases[i].desired->suffix,
				 &wanted->databases[i].consumers[k]);
}

/* --- a round --- */

static void round_end(DaemonProbes *probes)
{
	probe_round_free(probes->round);
	pool_free(probes->round_pool);
	probes->round = NULL;
	probes->round_pool = NULL;
	probes->running = (LinkProbes){0};
}

static void round_start(DaemonPass *pass, RoundLinks *round, bool is_needed)
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
			      &probes->round, &err) < 0) {
		pool_free(round->pool);
		return;
	}
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

static void results_take(Daemon *daemon)
{
	DaemonProbes *probes = &daemon->probes;
	const Probe *results = probe_round_results(probes->round);
	const LinkProbes none = {0};
	Pool *pool = pool_new();

	for (size_t i = 0; i < probes->running.n_items; i++) {
		probes->running.items[i].probe = results[i];
		probes->running.items[i].at_sec = daemon_realtime_sec(daemon);
	}
	/* A round of all links leaves nothing of peers that are no more. */
	probes->done =
		link_probes_join(pool, probes->is_needed ? &probes->done : &none, &probes->running);
	pool_free(probes->pool);
	probes->pool = pool;
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

	pass->inputs.facts.probes = &probes->done;
	if (probe_refusals_equal(&joined, &known->refusals))
		return;
	known->refusals = joined;
	if (state_write_refusals(pass->context.state_dir, &joined, &err) < 0)
		daemon_state_problem(pass, &err);
	else
		probes->refusals = (ProbeRefusals){0};
}

static bool all_are_due(const DaemonPass *pass)
{
	return pass->context.probes && pass->inputs.state.known.n_left == 0 &&
	       (pass->triggers & TRIGGER_BIT(TRIGGER_RELOAD) ||
		daemon_now_usec(pass->daemon) >= pass->daemon->probes.due_usec);
}

void daemon_probes_next(DaemonPass *pass)
{
	DaemonProbes *probes = &pass->daemon->probes;
	RoundLinks round = {0};

	if (probes->round || !pass->report.has_plan || !pass->inputs.wanted.self ||
	    !all_are_due(pass))
		return;
	round = (RoundLinks){.pool = pool_new(), .global = pass->report.last_world.live.global};
	probes->due_usec =
		daemon_now_usec(pass->daemon) + pass->context.probe_interval_sec * 1000000ULL;
	links_add_all(&round, &pass->inputs.wanted);
	round_start(pass, &round, false);
}

const LinkProbes *daemon_probes_done(const Daemon *daemon)
{
	return &daemon->probes.done;
}

void daemon_probes_free(Daemon *daemon)
{
	round_end(&daemon->probes);
	pool_free(daemon->probes.pool);
	pool_free(daemon->probes.refusals_pool);
}
