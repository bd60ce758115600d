/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_ROUND_H
#define SYNCWARD_PROBE_ROUND_H

#include <stdbool.h>

#include "agent/peer/probe_question.h"
#include "common/base/error.h"
#include "common/base/pool.h"

/* The server that the target asks; "" when none is given. */
const char *probe_target_uri(const ProbeTarget *target);

/*
 * Probes of many links at once, each in a process of its own, so that nothing here blocks. Whoever
 * has an event loop watches the descriptor and calls process when it is readable.
 */
typedef struct ProbeRound ProbeRound;

/*
 * Begins a round. Everything in it lives in the pool, which must outlive it, as must what targets
 * point to (targets itself is copied). ERROR_SYSTEM when the kernel has no descriptors for us.
 */
int probe_round_start(Pool *pool, const ProbeTarget *targets, size_t n_targets,
		      const ProbeOptions *options, ProbeRound **ret, Error *err);

/* Readable (EPOLLIN) whenever probe_round_process() has something to do. */
int probe_round_fd(const ProbeRound *round);

/* Does what there is to do without waiting; true when every link has its result. */
bool probe_round_process(ProbeRound *round);

/* The results in the order of the targets. Before the round is over, those that are not there yet
 * are not-tested. */
const Probe *probe_round_results(const ProbeRound *round);

/* The refused binds to be remembered for the next round; lives in the pool. */
ProbeRefusals probe_round_refusals(Pool *pool, const ProbeRound *round);

/* Ends it, whatever its state: no process and no descriptor is left. NULL is allowed. */
void probe_round_free(ProbeRound *round);
DEFINE_CLEANUP(ProbeRound, probe_round_free)

/* A whole round, waited for; the results live in the pool. ret_refusals may be NULL. */
int probe_run(Pool *pool, const ProbeTarget *targets, size_t n_targets, const ProbeOptions *options,
	      Probe **ret, ProbeRefusals *ret_refusals, Error *err);

#endif
