/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_worker.h"
#include "agent/peer/probe_compare.h"
#include "agent/peer/probe_hidden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/system/child.h"
#include "agent/system/fd.h"

/* A step's own timeouts come first; after them comes the alarm. */
#define MARGIN_MSEC 1000

#define ID_BYTES (1U << 20) /* 4095 values of contextCSN have 0.2 MiB */
/* On top of what it has from its parent. Broken answers, and libraries that are not ours, end
 * there. */
#define MEMORY_BYTES (28U << 20)

/* A byte heard takes up to 16 of memory, where values are that short: 128 workers of 0.1 MiB each
 * in room 0 have 45 MiB then, six in room 1 have 48, and one in room 2 what MEMORY_BYTES leaves it.
 * A healthy peer says less than 0.02 MiB to a worker that only asks for its identity, and its
 * schema and some entries, half a MiB, to doctor. */
static const struct {
	size_t bytes;
	unsigned places;
} rooms[WORKER_ROOMS] = {{16U << 10, 0}, {512U << 10, 6}, {LDAP_BYTES_MAX, 1}};

typedef struct Worker {
	int fd;
	size_t most_bytes;
	size_t taken;
	unsigned room;
} Worker;

unsigned worker_room_places(unsigned room)
{
	return rooms[room].places;
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			_exit(1); /* nothing listens any more */
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

static char ask(const Worker *worker, char question)
{
	char answer = WORKER_STOP;
	ssize_t n;

	send_byte(worker->fd, question);
	do
		n = recv(worker->fd, &answer, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(1);
	return answer;
}

static bool on_may_bind(void *data, Probe *probe)
{
	const char answer = ask(data, WORKER_ASKS);

	probe->steps[PROBE_BIND] = PROBE_NOT_TRIED; /* the one that refused reports why */
	return answer == WORKER_GO;
}

static void on_bound(void *data, LinkBind outcome)
{
	static const char told[] = {
		[LINK_BIND_GOOD] = WORKER_GOOD,
		[LINK_BIND_REFUSED] = WORKER_REFUSED,
		[LINK_BIND_REFUSED_ALONE] = WORKER_ALONE,
	};
	const Worker *worker = data;

	if (outcome != LINK_BIND_OTHER)
		send_byte(worker->fd, told[outcome]);
}

/* The peer has done nothing to be waited for: its time stands still. */
static void wait_for_room(Worker *worker)
{
	const struct itimerval none = {0};
	struct itimerval left = {0};

	(void)setitimer(ITIMER_REAL, &none, &left);
	(void)ask(worker, WORKER_ROOM);
	(void)setitimer(ITIMER_REAL, &left, NULL);
	worker->room++;
}

static bool on_takes(void *data, size_t n_bytes)
{
	Worker *worker = data;

	worker->taken += n_bytes;
	if (worker->taken > worker->most_bytes)
		return false;
	while (worker->taken > rooms[worker->room].bytes)
		wait_for_room(worker);
	return true;
}

/* Peers decide how much memory their answers take. */
static void memory_bound(void)
{
	AUTO_FD fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[32] = "";
	struct rlimit limit;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 || getrlimit(RLIMIT_AS, &limit) < 0)
		return;
	limit.rlim_cur = strtoul(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_BYTES;
	/* The hard limit stays: SELinux lets few change that one. */
	if (limit.rlim_cur < limit.rlim_max)
		(void)setrlimit(RLIMIT_AS, &limit);
}

static _Noreturn void work(const ProbeJob *job, int fd, pid_t parent)
{
	Worker worker = {
		.fd = fd,
		.most_bytes = job->depth > PROBE_DEPTH_ID || job->former || job->here_uri
				      ? LDAP_BYTES_MAX
				      : ID_BYTES,
	};
	Syncrepl syncrepl = *job->syncrepl;
	const LinkHooks hooks = {
		.data = &worker,
		.enter = on_enter,
		.may_bind = on_may_bind,
		.bound = on_bound,
		.takes = on_takes,
		.account_csn = job->account_csn,
	};
	Pool *pool = pool_new();
	Probe probe = {.uri = job->uri,
		       .suffix = job->suffix,
		       .peer_id = job->peer_id,
		       .is_hub = job->is_hub};
	const char *text;

	child_begin(fd, parent);
	memory_bound();
	syncrepl.value[SYNCREPL_PROVIDER] = job->uri;
	peer_visit(pool, &syncrepl, job->depth, &hooks, &probe);
	if (job->here_uri && probe.has_suffix)
		peer_hidden_find(pool, job->here_uri, &syncrepl, &hooks, &probe);
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
