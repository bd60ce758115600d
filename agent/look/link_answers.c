/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/link_answers.h"

#include <time.h>

#include "agent/peer/probe_targets.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/link/turn.h"

static Probe not_tried(Pool *pool, const ProbeTarget *target, const Error *err)
{
	Probe probe = {.uri = probe_target_uri(target),
		       .suffix = target->suffix,
		       .peer_id = target->peer_id};

	probe_add_fault(pool, &probe, PROBE_DIED, "could not test: %s", err->text);
	return probe;
}

static void targets_probe(LinkRound *round, unsigned our_id, ProbeRefusals *refusals)
{
	const ProbeRefusals before = *refusals;
	const ProbeOptions options = {
		.depth = PROBE_DEPTH_ID, .expectation = {.our_id = our_id}, .refusals = &before};
	Probe *probes = NULL;
	Error err = {0};

	if (round->n_targets > 0)
		(void)probe_run(round->pool, round->targets, round->n_targets, &options, &probes,
				refusals, &err);
	for (size_t i = 0; i < round->n_targets; i++) {
		round->links.items[i].at_sec = (int64_t)time(NULL);
		round->links.items[i].probe =
			probes ? probes[i] : not_tried(round->pool, &round->targets[i], &err);
	}
}

/* A password that a link has already was seen by its peer. */
static bool must_take_turn(const PlanNeeds *needs)
{
	for (size_t i = 0; i < needs->n_links; i++)
		if (!needs->links[i].answer && !needs->links[i].can_wait)
			return true;
	return false;
}

/* Once: what was heard meanwhile holds for all rounds of the pass. */
static void take_turn(LinkAnswers *answers, const Wanted *wanted, const PlanNeeds *needs)
{
	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Waiting for this node's turn to send a password ...");
	if (answers->took_turn || !must_take_turn(needs))
		return;
	answers->took_turn = true;
	pause_msec((unsigned)(turn_password_usec(wanted_rank(wanted)) / 1000));
}

void link_answers_ask(LinkAnswers *answers, Directory *directory, const PlanInput *input,
		      const PlanNeeds *needs, World *world)
{
	AUTO(Pool) *pool = pool_new();
	const PasswordSight sight = {&input->known->peers.links, &world->live, &answers->probes};
	LinkRound round = link_round_new(pool, directory, &sight);
	ProbeRefusals refusals = world->refusals;
	LinkProbes first;

	take_turn(answers, input->wanted, needs);
	for (size_t i = 0; i < needs->n_links; i++)
		if (!needs->links[i].answer)
			link_round_add_compared(&round, needs->links[i].database,
						needs->links[i].consumer, needs->links[i].former);
	targets_probe(&round, peer_server_id(input->wanted->self), &refusals);
	first = link_probes_join(pool, &answers->probes, &round.withheld);
	answers->probes = link_probes_join(answers->pool, &first, &round.links);
	world->refusals = probe_refusals_copy(answers->pool, &refusals);
}
