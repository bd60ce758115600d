/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/host/host_lookup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/system/child.h"

/* A resolver that nothing ends is ended. */
#define LOOKUP_SEC 120

struct HostLookup {
	Pool *pool;
	pid_t pid; /* 0: none runs */
	int fd;
	bool is_found;
	bool has_ended;             /* a look-up of that name did, whatever it found */
	char asked[HOST_NAME_SIZE]; /* the name that was looked up last */
	char name[HOST_NAME_SIZE];  /* "": not known */
};

static void name_now(char *ret)
{
	AUTO(Pool) *pool = pool_new();

	(void)snprintf(ret, HOST_NAME_SIZE, "%s", host_name(pool));
}

static _Noreturn void look_up(int fd, pid_t parent)
{
	AUTO(Pool) *pool = pool_new();
	const char *name;

	child_begin(fd, parent);
	(void)alarm(LOOKUP_SEC);
	name = host_canonical(pool);
	if (name)
		(void)!send(fd, name, strlen(name), MSG_NOSIGNAL);
	_exit(0);
}

static void lookup_end(HostLookup *lookup)
{
	if (lookup->pid == 0)
		return;
	(void)close(lookup->fd);
	(void)kill(lookup->pid, SIGKILL);
	while (waitpid(lookup->pid, NULL, 0) < 0 && errno == EINTR)
		;
	lookup->pid = 0;
	lookup->fd = -1;
}

HostLookup *host_lookup_new(void)
{
	Pool *pool = pool_new();
	HostLookup *lookup = pool_alloc(pool, sizeof(*lookup));

	*lookup = (HostLookup){.pool = pool, .fd = -1};
	host_lookup_again(lookup);
	return lookup;
}

void host_lookup_free(HostLookup *lookup)
{
	if (!lookup)
		return;
	lookup_end(lookup);
	pool_free(lookup->pool);
}

void host_lookup_again(HostLookup *lookup)
{
	const pid_t parent = getpid();
	char now[HOST_NAME_SIZE];
	int fds[2];
	pid_t child;

	name_now(now);
	/* What was known of the previous name is dropped; the same one is not forgotten when name
	 * servers do not answer for a while. */
	if (strcmp(now, lookup->asked) != 0) {
		lookup_end(lookup); /* it asks for that one */
		lookup->is_found = lookup->has_ended = false;
	}
	memcpy(lookup->asked, now, sizeof(lookup->asked));
	if (!lookup->is_found)
		memcpy(lookup->name, now, sizeof(lookup->name));
	if (lookup->pid != 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return;
	child = fork();
	if (child == 0)
		look_up(fds[1], parent);
	(void)close(fds[1]);
	if (child < 0) {
		(void)close(fds[0]);
		return;
	}
	lookup->pid = child;
	lookup->fd = fds[0];
}

void host_lookup_when_needed(HostLookup *lookup)
{
	char now[HOST_NAME_SIZE];

	name_now(now);
	if (!lookup->is_found || strcmp(now, lookup->asked) != 0)
		host_lookup_again(lookup);
}

int host_lookup_fd(const HostLookup *lookup)
{
	return lookup->fd;
}

bool host_lookup_process(HostLookup *lookup)
{
	char name[HOST_NAME_SIZE] = "";
	const bool is_first = host_lookup_is_first(lookup);
	ssize_t n;

	if (lookup->pid == 0)
		return false;
	n = recv(lookup->fd, name, sizeof(name) - 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	lookup_end(lookup);
	lookup->has_ended = true;
	lookup->is_found |= n > 0;
	if (n <= 0 || strcmp(name, lookup->name) == 0)
		return is_first;
	memcpy(lookup->name, name, sizeof(name));
	return true;
}

void host_lookup_wait(HostLookup *lookup, unsigned msec)
{
	struct pollfd polled = {.fd = lookup->fd, .events = POLLIN};

	if (lookup->pid == 0)
		return;
	(void)poll(&polled, 1, (int)msec);
	(void)host_lookup_process(lookup);
}

const char *host_lookup_name(const HostLookup *lookup)
{
	return lookup->name;
}

bool host_lookup_is_open(const HostLookup *lookup)
{
	return !lookup->is_found && lookup->pid != 0;
}

bool host_lookup_is_first(const HostLookup *lookup)
{
	return lookup->pid != 0 && !lookup->has_ended;
}
