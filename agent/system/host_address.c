/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/host_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/system/fd.h"

#define ANY_PORT "9" /* connect() of a datagram socket wants one; nothing is sent there */

static bool is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, address, sizeof(four));
		return (ntohl(four.sin_addr.s_addr) >> 24) == 127;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, address, sizeof(six));
		return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
	}
	return true;
}

static bool is_same_host(const struct sockaddr *one, const struct sockaddr *other)
{
	char left[NI_MAXHOST], right[NI_MAXHOST];
	const socklen_t len = one->sa_family == AF_INET ? sizeof(struct sockaddr_in)
							: sizeof(struct sockaddr_in6);

	return one->sa_family == other->sa_family &&
	       getnameinfo(one, len, left, sizeof(left), NULL, 0, NI_NUMERICHOST) == 0 &&
	       getnameinfo(other, len, right, sizeof(right), NULL, 0, NI_NUMERICHOST) == 0 &&
	       strcmp(left, right) == 0;
}

static bool is_sent_from_itself(const struct addrinfo *to)
{
	AUTO_FD fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	return fd >= 0 && connect(fd, to->ai_addr, to->ai_addrlen) == 0 &&
	       getsockname(fd, (struct sockaddr *)&from, &len) == 0 &&
	       is_same_host(to->ai_addr, (const struct sockaddr *)&from);
}

bool host_has_address(const char *text)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_DGRAM,
				       .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	bool is_own;

	if (getaddrinfo(text, ANY_PORT, &hints, &found) != 0)
		return false;
	is_own = !is_loopback(found->ai_addr) && is_sent_from_itself(found);
	freeaddrinfo(found);
	return is_own;
}
