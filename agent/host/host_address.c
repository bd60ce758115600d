/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/host/host_address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "agent/system/fd.h"

/* connect() of a datagram socket wants one; nothing is sent there. */
#define ANY_PORT    9
#define ANY_SERVICE "9"

/* Where the v4 address is in the v6 one that stands for it. */
#define MAPPED_FIRST 12

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
		return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) ||
		       (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) &&
			six.sin6_addr.s6_addr[MAPPED_FIRST] == 127);
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

/* An address, with a port that connect() takes. */
typedef struct Address {
	struct sockaddr_storage bytes;
	socklen_t len;
} Address;

static bool is_sent_from_itself(const Address *to)
{
	AUTO_FD fd = socket(to->bytes.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&to->bytes, to->len) == 0 &&
	       getsockname(fd, (struct sockaddr *)&from, &len) == 0 &&
	       is_same_host((const struct sockaddr *)&to->bytes, (const struct sockaddr *)&from);
}

/* Each of a thousand peers may come here, and getaddrinfo(3) takes its time also for this. */
static bool read_plain(const char *text, Address *ret)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(ANY_PORT)};

	if (inet_pton(AF_INET, text, &four.sin_addr) != 1)
		return false;
	memcpy(&ret->bytes, &four, sizeof(four));
	ret->len = sizeof(four);
	return true;
}

static bool address_read(const char *text, Address *ret)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_DGRAM,
				       .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;

	if (read_plain(text, ret))
		return true;
	if (getaddrinfo(text, ANY_SERVICE, &hints, &found) != 0)
		return false;
	memcpy(&ret->bytes, found->ai_addr, found->ai_addrlen);
	ret->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool host_has_address(const char *text)
{
	Address address = {.len = 0};

	return address_read(text, &address) &&
	       !is_loopback((const struct sockaddr *)&address.bytes) &&
	       is_sent_from_itself(&address);
}

/* --- all of them --- */

#define INTERFACES_MAX 1024

void host_addresses(Pool *pool, const char ***ret, size_t *ret_n)
{
	AUTO_FD fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq *found = pool_alloc(pool, INTERFACES_MAX * sizeof(*found));
	struct ifconf list = {.ifc_len = INTERFACES_MAX * (int)sizeof(*found), .ifc_req = found};

	*ret = NULL;
	*ret_n = 0;
	if (fd < 0 || ioctl(fd, SIOCGIFCONF, &list) < 0)
		return;
	for (size_t i = 0; i < (size_t)list.ifc_len / sizeof(*found); i++) {
		char text[INET_ADDRSTRLEN];
		struct sockaddr_in four;

		memcpy(&four, &found[i].ifr_addr, sizeof(four));
		if (four.sin_family == AF_INET &&
		    inet_ntop(AF_INET, &four.sin_addr, text, sizeof(text)))
			POOL_PUSH(pool, *ret, *ret_n, pool_strdup(pool, text));
	}
}
