/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_worker.h"
#include "agent/peer/probe_compare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/system/child.h"

/* A step's own timeouts are met first; behind them comes the alarm. */
#define MARGIN_MSEC 1000

typedef struct Worker {
	int fd;
} Worker;

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			_exit(1); /* nobody listens any more */
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static void send_byte(int fd, char byte)
{
	send_all(fd, &byte, 1);
}

static void set_alarm(unsigned msec)
{
	const struct itimerval timer = {
		.it_value = {.tv_sec = msec / 1000, .tv_usec = (msec % 1000) * 1000L},
	};

	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_enter(void *data, ProbeStep step, unsigned limit_msec)
{
	const Worker *worker = data;

	send_byte(worker->fd, (char)(WORKER_STEP + step));
	set_alarm(limit_msec > 0 ? limit_msec + MARGIN_MSEC : 0);
}

static bool on_may_bind(void *data, Probe *probe)
{
	const Worker *worker = data;
	char answer = WORKER_STOP;
	ssize_t n;

	send_byte(worker->fd, WORKER_ASKS);
	do
		n = recv(worker->fd, &answer, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(1);
	probe->steps[PROBE_BIND] = PROBE_NOT_TRIED; /* why is told by who refused */
	return answer == WORKER_GO;
}

static void on_bound(void *data, LinkBind outcome)
{
	const Worker *worker = data;

	if (outcome != LINK_BIND_OTHER)
		send_byte(worker->fd, outcome == LINK_BIND_GOOD ? WORKER_GOOD : WORKER_REFUSED);
}

static _Noreturn void work(const ProbeJob *job, int fd, pid_t parent)
{
	Worker worker = {.fd = fd};
	Syncrepl syncrepl = *job->syncrepl;
	const LinkHooks hooks = {
		.data = &worker,
		.enter = on_enter,
		.may_bind = on_may_bind,
		.bound = on_bound,
		.account_csn = job->account_csn,
	};
	Pool *pool = pool_new();
	Probe probe = {.uri = job->uri, .suffix = job->suffix, .peer_id = job->peer_id};
	const char *text;

	child_begin(fd, parent);
	syncrepl.value[SYNCREPL_PROVIDER] = job->uri;
	peer_visit(pool, &syncrepl, job->depth, &hooks, &probe);
	if (job->former && probe_verdict(&probe) == PROBE_IS_GOOD)
		peer_compare(pool, job->former, &syncrepl, &hooks, &probe);
	text = probe_print(pool, &probe);
	send_all(fd, text, strlen(text));
	_exit(0);
}

pid_t probe_worker_start(const ProbeJob *job, int *ret_fd)
{
	const pid_t parent = getpid();
	int fds[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	child = fork();
	if (child == 0)
		work(job, fds[1], parent);
	(void)close(fds[1]);
	if (child < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		const int error = errno;

		(void)close(fds[0]);
		errno = error;
		return -1;
	}
	*ret_fd = fds[0];
	return child;
}
