/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROBE_RUNNER_H
#define SYNCWARD_PROBE_RUNNER_H

#include <stdint.h>
#include <sys/types.h>

#include "agent/peer/probe_question.h"
#include "common/base/buf.h"

/* The processes of a round: how one begins, what it says, and its end. The round decides which to
 * start, and what to answer. */

/* A process at work. */
typedef struct Runner {
	pid_t pid; /* 0: this place is free */
	int fd;
	size_t target;
	ProbeStep step; /* the last that began */
	char asks;      /* WORKER_ASKS or WORKER_ROOM; 0: nothing */
	unsigned room;  /* that it has for what its peer says */
	Pool *pool;     /* of output only */
	Buf output;
	int64_t started_msec;
} Runner;

/* What a round waits for, readable when there is something to do. */
typedef struct RoundWait {
	int epoll_fd;
	int timer_fd;
} RoundWait;

/* What stands behind probe_round.h. */
struct ProbeRound {
	Pool *pool;
	const ProbeTarget *targets;
	size_t n_targets;
	ProbeOptions options;
	ProbeGate *gate;
	size_t *order;          /* indices of targets; the gate counts by it */
	Probe *probes;          /* by target */
	const Probe *last_read; /* with a suffix entry; NULL: none yet */
	Runner *runners;
	unsigned n_runners;
	size_t n_started;
	size_t n_ended;
	RoundWait wait;
	int64_t deadline_msec;
	bool is_judged;
};

/* The place of a target in the gate's order. */
size_t round_member(const struct ProbeRound *round, size_t target);

/* Starts a process for that target in a free place; false: none could be, a fault is in its probe.
 */
bool runner_start(struct ProbeRound *round, Runner *runner, size_t target);

/* Takes what it says; ends it after its last word. */
void runner_read(struct ProbeRound *round, Runner *runner);

/* After its socket ended, or it was killed: takes its result, and frees the place. */
void runner_end(struct ProbeRound *round, Runner *runner);

/* Waits for the end of a process that ends, and closes its socket. Returns the exit status. */
int runner_reap(const struct ProbeRound *round, const Runner *runner);

#endif
