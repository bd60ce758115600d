/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_round.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/ldap/ldap_setup.h"
#include "agent/peer/probe_runner.h"
#include "agent/peer/probe_worker.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"

#define DEFAULT_CONCURRENCY   128
#define DEFAULT_DEADLINE_MSEC 60000
#define STARTS_AT_ONCE        8  /* an event loop has other work between them */
#define TICK_MSEC             50 /* while some wait at the gate */
#define TIMER                 UINT64_MAX

/* --- what they ask --- */

static ProbeGrant room_decide(const ProbeRound *round, Runner *runner)
{
	const unsigned wanted = runner->room + 1;
	unsigned n = 0;

	if (wanted >= WORKER_ROOMS)
		return PROBE_GRANT_WAIT; /* ours does not ask for that: its time will be over */
	for (unsigned i = 0; i < round->n_runners; i++)
		n += round->runners[i].pid != 0 && round->runners[i].room == wanted;
	if (n >= worker_room_places(wanted))
		return PROBE_GRANT_WAIT;
	runner->room = wanted;
	return PROBE_GRANT_YES;
}

static void answer_asking(ProbeRound *round)
{
	for (unsigned i = 0; i < round->n_runners; i++) {
		Runner *runner = &round->runners[i];
		ProbeGrant grant;
		char byte;

		if (!runner->asks)
			continue;
		grant = runner->asks == WORKER_ROOM
				? room_decide(round, runner)
				: probe_gate_decide(round->gate,
						    round_member(round, runner->target),
						    monotonic_msec());
		if (grant == PROBE_GRANT_WAIT)
			continue;
		byte = grant == PROBE_GRANT_YES ? WORKER_GO : WORKER_STOP;
		runner->asks = 0;
		(void)send(runner->fd, &byte, 1, MSG_NOSIGNAL);
	}
}

/* --- starting --- */

static bool has_more_to_start(const ProbeRound *round)
{
	return round->n_started < round->n_targets &&
	       round->n_started - round->n_ended < round->n_runners;
}

static void start_some(ProbeRound *round)
{
	unsigned n = 0;

	for (unsigned i = 0; i < round->n_runners && n < STARTS_AT_ONCE; i++) {
		if (!has_more_to_start(round))
			return;
		if (round->runners[i].pid != 0)
			continue;
		if (!runner_start(round, &round->runners[i], round->order[round->n_started])) {
			probe_gate_ended(round->gate, round->n_started);
			round->n_ended++;
		}
		round->n_started++;
		n++;
	}
}

/* --- the round --- */

static void kill_all(ProbeRound *round)
{
	for (unsigned i = 0; i < round->n_runners; i++)
		if (round->runners[i].pid != 0)
			(void)kill(round->runners[i].pid, SIGKILL);
}

static void end_in_time(ProbeRound *round)
{
	if (monotonic_msec() < round->deadline_msec)
		return;
	kill_all(round);
	for (unsigned i = 0; i < round->n_runners; i++)
		if (round->runners[i].pid != 0)
			runner_end(round, &round->runners[i]);
	while (round->n_started < round->n_targets) {
		probe_add_fault(round->pool, &round->probes[round->order[round->n_started++]],
				PROBE_ROUND_OVER, "could not test: the time was over before");
		round->n_ended++;
	}
}

static bool is_any_asking(const ProbeRound *round)
{
	for (unsigned i = 0; i < round->n_runners; i++)
		if (round->runners[i].asks)
			return true;
	return false;
}

static void arm_timer(const ProbeRound *round)
{
	int64_t wait_msec = round->deadline_msec - monotonic_msec();
	struct itimerspec timer = {0};

	if (has_more_to_start(round))
		wait_msec = 0;
	else if (is_any_asking(round) && wait_msec > TICK_MSEC)
		wait_msec = TICK_MSEC;
	timer.it_value.tv_sec = wait_msec > 0 ? wait_msec / 1000 : 0;
	timer.it_value.tv_nsec = wait_msec > 0 ? wait_msec % 1000 * 1000000 : 1;
	(void)timerfd_settime(round->wait.timer_fd, 0, &timer, NULL);
}

static void judge(ProbeRound *round)
{
	ProbeExpectation expectation = round->options.expectation;

	if (round->is_judged)
		return;
	expectation.now_sec = time(NULL);
	for (size_t i = 0; i < round->n_targets; i++)
		probe_judge(round->pool, &round->probes[i], &expectation);
	probe_judge_together(round->pool, round->probes, round->n_targets);
	round->is_judged = true;
}

bool probe_round_process(ProbeRound *round)
{
	struct epoll_event events[DEFAULT_CONCURRENCY];
	const int n = epoll_wait(round->wait.epoll_fd, events, DEFAULT_CONCURRENCY, 0);

	for (int i = 0; i < n; i++)
		if (events[i].data.u64 != TIMER)
			runner_read(round, &round->runners[events[i].data.u64]);
	end_in_time(round);
	start_some(round);
	answer_asking(round);
	if (round->n_ended == round->n_targets)
		judge(round);
	else
		arm_timer(round);
	return round->is_judged;
}

const char *probe_target_uri(const ProbeTarget *target)
{
	const char *own = target->syncrepl->value[SYNCREPL_PROVIDER];

	return target->uri ? target->uri : own ? own : "";
}

static ProbeBind bind_of(const ProbeTarget *target)
{
	const Syncrepl *syncrepl = target->syncrepl;
	const char *password = syncrepl->value[SYNCREPL_CREDENTIALS];
	const char *dn = syncrepl->value[SYNCREPL_BINDDN];

	return (ProbeBind){
		.provider = probe_target_uri(target),
		.binddn = dn ? dn : "",
		.password = password && *password ? password : NULL,
		.secret = target->secret,
		.is_proven = target->is_proven,
	};
}

static void round_fill(ProbeRound *round, const ProbeTarget *targets)
{
	AUTO(Pool) *scratch = pool_new();
	Pool *pool = round->pool;
	const size_t n = round->n_targets + 1; /* never 0 */
	unsigned *ids = pool_alloc(scratch, n * sizeof(*ids));
	ProbeTarget *copies = pool_alloc(pool, n * sizeof(*copies));
	ProbeBind *binds = pool_alloc(pool, n * sizeof(*binds));

	round->order = pool_alloc(pool, n * sizeof(*round->order));
	round->probes = pool_alloc(pool, n * sizeof(*round->probes));
	round->runners = pool_alloc(pool, round->n_runners * sizeof(*round->runners));
	for (size_t i = 0; i < round->n_targets; i++) {
		copies[i] = targets[i];
		ids[i] = targets[i].peer_id;
		round->probes[i] = (Probe){.uri = probe_target_uri(&targets[i]),
					   .suffix = targets[i].suffix,
					   .peer_id = targets[i].peer_id,
					   .is_hub = targets[i].is_hub};
	}
	round->targets = copies;
	probe_order(ids, round->n_targets, round->options.expectation.our_id, round->order);
	for (size_t i = 0; i < round->n_targets; i++)
		binds[i] = bind_of(&targets[round->order[i]]);
	round->gate = probe_gate_new(pool, binds, round->n_targets, round->options.refusals);
}

static int round_open(ProbeRound *round, Error *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = TIMER}};

	ldap_set_up(); /* here, not in each process */
	round->wait.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	round->wait.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (round->wait.epoll_fd < 0 || round->wait.timer_fd < 0 ||
	    epoll_ctl(round->wait.epoll_fd, EPOLL_CTL_ADD, round->wait.timer_fd, &event) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "links cannot be probed: %s",
				 strerror(errno));
	return 0;
}

int probe_round_start(Pool *pool, const ProbeTarget *targets, size_t n_targets,
		      const ProbeOptions *options, ProbeRound **ret, Error *err)
{
	const unsigned concurrency =
		options->concurrency > 0 ? options->concurrency : DEFAULT_CONCURRENCY;
	ProbeRound *round = pool_alloc(pool, sizeof(*round));

	*round = (ProbeRound){
		.pool = pool,
		.n_targets = n_targets,
		.options = *options,
		.n_runners = n_targets < concurrency ? (unsigned)n_targets + 1 : concurrency,
		.deadline_msec =
			monotonic_msec() + (options->deadline_msec > 0 ? options->deadline_msec
								       : DEFAULT_DEADLINE_MSEC),
	};
	round_fill(round, targets);
	if (round_open(round, err) < 0) {
		probe_round_free(round);
		return -1;
	}
	arm_timer(round);
	*ret = round;
	return 0;
}

int probe_round_fd(const ProbeRound *round)
{
	return round->wait.epoll_fd;
}

const Probe *probe_round_results(const ProbeRound *round)
{
	return round->probes;
}

ProbeRefusals probe_round_refusals(Pool *pool, const ProbeRound *round)
{
	return probe_gate_refusals(pool, round->gate);
}

void probe_round_free(ProbeRound *round)
{
	if (!round)
		return;
	kill_all(round);
	for (unsigned i = 0; i < round->n_runners; i++) {
		if (round->runners[i].pid == 0)
			continue;
		(void)runner_reap(round, &round->runners[i]);
		pool_free(round->runners[i].pool);
		round->runners[i] = (Runner){0};
	}
	if (round->wait.timer_fd > 0)
		(void)close(round->wait.timer_fd);
	if (round->wait.epoll_fd > 0)
		(void)close(round->wait.epoll_fd);
	round->wait.timer_fd = round->wait.epoll_fd = -1;
}

int probe_run(Pool *pool, const ProbeTarget *targets, size_t n_targets, const ProbeOptions *options,
	      Probe **ret, ProbeRefusals *ret_refusals, Error *err)
{
	AUTO(ProbeRound) *round = NULL;
	AUTO_PROGRESS waiting;

	if (probe_round_start(pool, targets, n_targets, options, &round, err) < 0)
		return -1;
	progress_begin(&waiting, "Waiting for the answers of peers ...");
	while (!probe_round_process(round)) {
		struct pollfd polled = {.fd = probe_round_fd(round), .events = POLLIN};

		(void)poll(&polled, 1, progress_piece(options->must_stop ? TICK_MSEC : -1));
		if (options->must_stop && options->must_stop())
			round->deadline_msec = monotonic_msec();
	}
	*ret = round->probes;
	if (ret_refusals)
		*ret_refusals = probe_round_refusals(pool, round);
	return 0;
}
