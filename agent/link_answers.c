/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/link_answers.h"

#include <time.h>

#include "agent/link_tls.h"
#include "agent/lockout.h"
#include "agent/probe.h"

/* The links to be tried, and the answers to those that need not be. */
typedef struct Asking {
	Pool *pool;
	const World *world;
	Lockout lockout;
	ProbeTarget *targets;
	size_t n_targets;
	LinkProbes asked; /* of the targets, in their order */
	LinkProbes withheld;
} Asking;

static void need_add(Asking *asking, const LinkNeed *need)
{
	const WantedConsumer *consumer = need->consumer;
	Pool *pool = asking->pool;
	Syncrepl *link;
	LinkProbe withheld;

	if (need->answer)
		return;
	if (lockout_withholds(&asking->lockout, need->database, consumer, &withheld)) {
		POOL_PUSH(pool, asking->withheld.items, asking->withheld.n_items, withheld);
		return;
	}
	link = pool_alloc(pool, sizeof(*link));
	*link = link_inherit_tls(&consumer->syncrepl, asking->world->live.global);
	POOL_PUSH(pool, asking->asked.items, asking->asked.n_items,
		  {.suffix = need->database->desired->suffix,
		   .peer_id = consumer->peer->id,
		   .identity = link_identity(pool, &consumer->syncrepl, consumer->secret)});
	POOL_PUSH(pool, asking->targets, asking->n_targets,
		  {.syncrepl = link,
		   .suffix = need->database->desired->suffix,
		   .peer_id = consumer->peer->id,
		   .secret = consumer->secret});
}

static Probe not_tried(Pool *pool, const ProbeTarget *target, const Error *err)
{
	Probe probe = {.uri = target->syncrepl->value[SYNCREPL_PROVIDER],
		       .suffix = target->suffix,
		       .peer_id = target->peer_id};

	probe_add_fault(pool, &probe, PROBE_DIED, "could not test: %s", err->text);
	return probe;
}

static void targets_probe(Asking *asking, unsigned our_id, ProbeRefusals *refusals)
{
	const ProbeRefusals before = *refusals;
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_ID, .expectation = {.our_id = our_id}, .refusals = &before};
	Probe *probes = NULL;
	Error err = {0};

	if (asking->n_targets > 0)
		(void)probe_run(asking->pool, asking->targets, asking->n_targets, &options, &probes,
				refusals, &err);
	for (size_t i = 0; i < asking->n_targets; i++) {
		asking->asked.items[i].at_sec = (int64_t)time(NULL);
		asking->asked.items[i].probe =
			probes ? probes[i] : not_tried(asking->pool, &asking->targets[i], &err);
	}
}

/* Once: what was heard meanwhile holds for all rounds of the pass. */
static void take_turn(LinkAnswers *answers, const Wanted *wanted)
{
	const unsigned msec = answers->took_turn ? 0 : lockout_turn_msec(wanted);
	const struct timespec pause = {.tv_sec = msec / 1000,
				       .tv_nsec = (long)(msec % 1000) * 1000000};

	answers->took_turn = true;
	(void)nanosleep(&pause, NULL);
}

void link_answers_ask(LinkAnswers *answers, Directory *directory, const PlanInput *input,
		      const Plan *plan, World *world)
{
	AUTO(Pool) *pool = pool_new();
	Asking asking = {
		.pool = pool,
		.world = world,
		.lockout = {.pool = pool, .directory = directory, .known = input->known},
	};
	ProbeRefusals refusals = world->refusals;
	LinkProbes first;

	take_turn(answers, input->wanted);
	for (size_t i = 0; i < plan->n_link_needs; i++)
		need_add(&asking, &plan->link_needs[i]);
	targets_probe(&asking, input->wanted->self->id, &refusals);
	first = link_probes_join(pool, &answers->probes, &asking.withheld);
	answers->probes = link_probes_join(answers->pool, &first, &asking.asked);
	world->refusals = probe_refusals_copy(answers->pool, &refusals);
}
