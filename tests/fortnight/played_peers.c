/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_round.h"
#include "tests/fortnight/played.h"

/* In the place of agent/peer/probe_round.c: peers that answer, refuse, or are silent. */

#define ANSWER_USEC 3000
#define UUID        "2d3f28a0-0000-1040-8000-000000000001"

struct ProbeRound {
	Probe *probes;
	size_t n_probes;
	uint64_t end_usec;
};

const char *probe_target_uri(const ProbeTarget *target)
{
	const char *uri = target->uri ? target->uri : target->syncrepl->value[SYNCREPL_PROVIDER];

	return uri ? uri : "";
}

static PeerState peer_of(const ProbeTarget *target)
{
	return target->peer_id >= 2 && target->peer_id < 2 + PLAYED_PEERS
		       ? played.peers[target->peer_id - 2]
		       : PEER_AWAY;
}

static Probe answer(Pool *pool, const ProbeTarget *target)
{
	static const char *csns[] = {"20261122095500.000000Z#000000#000#000000",
				     "20261122095500.000000Z#000000#001#000000"};
	const PeerState state = peer_of(target);
	Probe probe = {.suffix = target->suffix,
		       .peer_id = target->peer_id,
		       .uri = probe_target_uri(target)};

	if (state != PEER_GOOD) {
		probe_add_fault(pool, &probe, state == PEER_AWAY ? PROBE_PORT_CLOSED : PROBE_SILENT,
				"it is away");
		return probe;
	}
	for (int step = 0; step < PROBE_STEP_COUNT; step++)
		probe.steps[step] = PROBE_GOOD;
	probe.has_suffix = true;
	probe.entry_uuid = UUID;
	probe.context_csns = csns;
	probe.n_context_csns = ARRAY_SIZE(csns);
	probe.server_id = (int)target->peer_id;
	probe.n_read = 1;
	probe.has_clock = true;
	return probe;
}

static uint64_t time_of(const ProbeTarget *target)
{
	const unsigned long sec = syncrepl_number(target->syncrepl, SYNCREPL_TIMEOUT);

	return peer_of(target) == PEER_SILENT ? (sec ? sec : 15) * SECOND_USEC : ANSWER_USEC;
}

int probe_round_start(Pool *pool, const ProbeTarget *targets, size_t n_targets,
		      const ProbeOptions *options, ProbeRound **ret, Error *err)
{
	ProbeRound *round = pool_alloc(pool, sizeof(*round));
	uint64_t longest_usec = 0;

	(void)err;
	*round = (ProbeRound){0};
	for (size_t i = 0; i < n_targets; i++) {
		POOL_PUSH(pool, round->probes, round->n_probes, answer(pool, &targets[i]));
		if (time_of(&targets[i]) > longest_usec)
			longest_usec = time_of(&targets[i]);
	}
	if (options->deadline_msec > 0 && options->deadline_msec * 1000ULL < longest_usec)
		longest_usec = options->deadline_msec * 1000ULL;
	round->end_usec = played.now_usec + longest_usec;
	played.n_rounds++;
	played.round_usec = played.now_usec;
	played.round_end_usec = round->end_usec;
	*ret = round;
	return 0;
}

/* The loop asks whenever something happens, and at the end of the round. */
int probe_round_fd(const ProbeRound *round)
{
	(void)round;
	return 0;
}

bool probe_round_process(ProbeRound *round)
{
	return played.now_usec >= round->end_usec;
}

const Probe *probe_round_results(const ProbeRound *round)
{
	return round->probes;
}

ProbeRefusals probe_round_refusals(Pool *pool, const ProbeRound *round)
{
	(void)pool;
	(void)round;
	return (ProbeRefusals){0};
}

void probe_round_free(ProbeRound *round)
{
	(void)round;
	played.round_end_usec = UINT64_MAX;
}

int probe_run(Pool *pool, const ProbeTarget *targets, size_t n_targets, const ProbeOptions *options,
	      Probe **ret, ProbeRefusals *ret_refusals, Error *err)
{
	ProbeRound *round;

	if (probe_round_start(pool, targets, n_targets, options, &round, err) < 0)
		return -1;
	played.now_usec = round->end_usec;
	played.round_end_usec = UINT64_MAX;
	*ret = round->probes;
	if (ret_refusals)
		*ret_refusals = (ProbeRefusals){0};
	return 0;
}
