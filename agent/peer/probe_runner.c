/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_runner.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/peer/probe_worker.h"
#include "agent/system/wait.h"

#define READ_SIZE        4096
#define RESULT_MAX_BYTES (1U << 20)

/* --- the end of one probe --- */

static void tell_end(struct ProbeRound *round, const Runner *runner, int status, Probe *probe)
{
	const char *step = probe_step_name(runner->step);

	if (monotonic_msec() >= round->deadline_msec)
		probe_add_fault(round->pool, probe, PROBE_ROUND_OVER,
				"could not test: the time was over in step %s", step);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		probe_add_fault(round->pool, probe,
				runner->step == PROBE_RESOLVE ? PROBE_RESOLVER_FAILED
							      : PROBE_SILENT,
				"no end of step %s in its time", step);
	else
		probe_add_fault(round->pool, probe, PROBE_DIED,
				"could not test: the probe ended in step %s (%s %d)", step,
				WIFSIGNALED(status) ? "signal" : "status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (probe->steps[runner->step] == PROBE_NOT_TRIED)
		probe->steps[runner->step] = PROBE_UNKNOWN;
}

static void tell_stopped(struct ProbeRound *round, size_t member, Probe *probe)
{
	const ProbeBind *closer = probe_gate_closer(round->gate, member);

	if (closer && probe->steps[PROBE_BIND] == PROBE_NOT_TRIED && probe->n_faults == 0)
		probe_add_fault(round->pool, probe, PROBE_BIND_NOT_REPEATED,
				"the password of '%s' was not sent, for %s refused it",
				closer->binddn, closer->provider);
}

size_t round_member(const struct ProbeRound *round, size_t target)
{
	size_t member = 0;

	while (round->order[member] != target)
		member++;
	return member;
}

/* The descriptor is taken off the watch first: as long as a process that
 * was started later has not closed its copy, closing ours would leave it on. */
int runner_reap(const struct ProbeRound *round, const Runner *runner)
{
	int status = 0;

	while (waitpid(runner->pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)epoll_ctl(round->wait.epoll_fd, EPOLL_CTL_DEL, runner->fd, NULL);
	(void)close(runner->fd);
	return status;
}

void runner_end(struct ProbeRound *round, Runner *runner)
{
	Probe *probe = &round->probes[runner->target];
	const size_t member = round_member(round, runner->target);
	const int status = runner_reap(round, runner);
	const Value text = {.bytes = runner->output.bytes, .len = runner->output.len};

	if (text.len == 0 || probe_parse(round->pool, &text, round->last_read, probe, NULL) < 0)
		tell_end(round, runner, status, probe);
	tell_stopped(round, member, probe);
	probe->duration_msec = (unsigned)(monotonic_msec() - runner->started_msec);
	if (probe->has_suffix)
		round->last_read = probe;
	probe_gate_ended(round->gate, member);
	pool_free(runner->pool);
	*runner = (Runner){0};
	round->n_ended++;
}

/* --- what a probe says --- */

static void hear_byte(struct ProbeRound *round, Runner *runner, char byte)
{
	const size_t member = round_member(round, runner->target);

	if (byte == WORKER_ASKS) {
		runner->asks = byte;
		probe_gate_ask(round->gate, member, monotonic_msec());
	} else if (byte == WORKER_ROOM) {
		runner->asks = byte;
	} else if (byte == WORKER_GOOD) {
		probe_gate_good(round->gate, member);
	} else if (byte == WORKER_REFUSED) {
		probe_gate_refused(round->gate, member);
	} else if (byte == WORKER_ALONE) {
		probe_gate_refused_alone(round->gate, member);
	} else if (byte >= WORKER_STEP && byte < WORKER_STEP + PROBE_STEP_COUNT) {
		runner->step = (ProbeStep)(byte - WORKER_STEP);
	}
}

void runner_read(struct ProbeRound *round, Runner *runner)
{
	char bytes[READ_SIZE];
	ssize_t n;

	while ((n = recv(runner->fd, bytes, sizeof(bytes), 0)) > 0) {
		ssize_t i = 0;

		for (; i < n && runner->output.len == 0 && bytes[i] != WORKER_RESULT; i++)
			hear_byte(round, runner, bytes[i]);
		if (i < n)
			buf_add(&runner->output, bytes + i, (size_t)(n - i));
		/* Ours does not say so much: it is not ours any more. */
		if (runner->output.len > RESULT_MAX_BYTES)
			break;
	}
	if (runner->output.len > RESULT_MAX_BYTES) {
		(void)kill(runner->pid, SIGKILL);
		runner->output.len = 0;
		runner_end(round, runner);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		runner_end(round, runner);
}

/* --- its beginning --- */

static bool runner_failed(struct ProbeRound *round, Runner *runner, size_t target)
{
	probe_add_fault(round->pool, &round->probes[target], PROBE_DIED,
			"could not test: no process could be started (%s)", strerror(errno));
	*runner = (Runner){0};
	return false;
}

bool runner_start(struct ProbeRound *round, Runner *runner, size_t target)
{
	const ProbeTarget *wanted = &round->targets[target];
	const ProbeJob job = {
		.syncrepl = wanted->syncrepl,
		.suffix = wanted->suffix,
		.uri = round->probes[target].uri,
		.peer_id = wanted->peer_id,
		.is_hub = wanted->is_hub,
		.depth = round->options.depth,
		.account_csn = wanted->account_csn,
		.here_uri = wanted->here_uri,
		.former = wanted->former,
	};
	struct epoll_event event = {.events = EPOLLIN,
				    .data = {.u64 = (uint64_t)(runner - round->runners)}};

	runner->pid = probe_worker_start(&job, &runner->fd);
	if (runner->pid < 0)
		return runner_failed(round, runner, target);
	if (epoll_ctl(round->wait.epoll_fd, EPOLL_CTL_ADD, runner->fd, &event) < 0) {
		const int error = errno;

		(void)kill(runner->pid, SIGKILL);
		(void)runner_reap(round, runner);
		errno = error;
		return runner_failed(round, runner, target);
	}
	runner->target = target;
	runner->started_msec = monotonic_msec();
	runner->pool = pool_new();
	runner->output = (Buf)BUF_IN(runner->pool);
	return true;
}
