/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session/session_connect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct addrinfo *link_resolve(Pool *pool, const Url *url, Probe *probe)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	const char *host = *url->host ? url->host : "localhost"; /* as libldap takes it */
	struct addrinfo *found = NULL;
	const int rc = getaddrinfo(host, pool_printf(pool, "%d", url->port), &hints, &found);

	probe->steps[PROBE_RESOLVE] = rc == 0 ? PROBE_GOOD : PROBE_BAD;
	if (rc == 0)
		return found;
	if (rc == EAI_NONAME || rc == EAI_NODATA || rc == EAI_ADDRFAMILY)
		probe_add_fault(pool, probe, PROBE_NO_SUCH_HOST, "there is no host '%s' (%s)", host,
				gai_strerror(rc));
	else
		probe_add_fault(pool, probe, PROBE_RESOLVER_FAILED,
				"the name '%s' could not be looked up (%s)", host,
				rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
	return NULL;
}

/* Returns 0 or an errno. */
static int wait_connected(int fd, unsigned timeout_msec)
{
	struct pollfd polled = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof(error);
	int n;

	do
		n = poll(&polled, 1, (int)timeout_msec);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return ETIMEDOUT;
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return errno;
	return error;
}

/* Returns the descriptor, blocking as libldap wants it, or -1 with errno. */
static int connect_one(const struct addrinfo *address, unsigned timeout_msec)
{
	const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -1;
	error = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
	if (error == EINPROGRESS)
		error = wait_connected(fd, timeout_msec);
	if (error == 0 && fcntl(fd, F_SETFL, 0) == 0)
		return fd;
	(void)close(fd);
	errno = error;
	return -1;
}

static const struct {
	int error;
	ProbeCode code;
	const char *what;
} connect_faults[] = {
	{ECONNREFUSED, PROBE_PORT_CLOSED, "nobody listens at"},
	{EHOSTUNREACH, PROBE_NO_ROUTE, "there is no way to"},
	{ENETUNREACH, PROBE_NO_ROUTE, "there is no way to"},
	{ENETDOWN, PROBE_NO_ROUTE, "there is no way to"},
	{EINVAL, PROBE_NO_ROUTE, "there is no way to"}, /* a blackhole route, ip-route(8) */
	{ETIMEDOUT, PROBE_NO_ANSWER, "there is no answer from"},
	{ECONNRESET, PROBE_CONNECTION_LOST, "the connection was reset by"},
};

static void tell_failure(Pool *pool, const struct addrinfo *address, int error, Probe *probe)
{
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
	size_t i = 0;

	(void)getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof(host), port,
			  sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	while (i < ARRAY_SIZE(connect_faults) && connect_faults[i].error != error)
		i++;
	probe->steps[PROBE_CONNECT] = PROBE_BAD;
	probe_add_fault(
		pool, probe,
		i < ARRAY_SIZE(connect_faults) ? connect_faults[i].code : PROBE_CONNECT_FAILED,
		"%s %s port %s (%s)",
		i < ARRAY_SIZE(connect_faults) ? connect_faults[i].what : "cannot connect to", host,
		port, strerror(error));
}

static const char *address_print(Pool *pool, const struct addrinfo *address)
{
	char host[NI_MAXHOST];

	if (getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof(host), NULL, 0,
			NI_NUMERICHOST) != 0)
		return NULL;
	return pool_strdup(pool, host);
}

int link_connect(Pool *pool, const struct addrinfo *addresses, unsigned timeout_msec, Probe *probe)
{
	const struct addrinfo *last = addresses;
	int error = EADDRNOTAVAIL;

	for (const struct addrinfo *address = addresses; address; address = address->ai_next) {
		const int fd = connect_one(address, timeout_msec);

		if (fd >= 0) {
			probe->steps[PROBE_CONNECT] = PROBE_GOOD;
			probe->address = address_print(pool, address);
			return fd;
		}
		error = errno;
		last = address;
	}
	tell_failure(pool, last, error, probe);
	return -1;
}
