/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/listener.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/slapd/url.h"

/* A v4 address in the 16 bytes that v6 has for it, so that both spellings are one. */
typedef struct Address {
	unsigned char bytes[16];
} Address;

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
static const Address any_6 = {{0}}, loopback_6 = {{[15] = 1}};

static bool address_read(const char *text, Address *ret)
{
	if (inet_pton(AF_INET6, text, ret->bytes) == 1)
		return true;
	memcpy(ret->bytes, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ret->bytes + sizeof(mapped)) == 1;
}

static bool address_equal(const Address *one, const Address *other)
{
	return memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}

static bool is_v4(const Address *address)
{
	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

static bool is_any(const Address *address)
{
	static const unsigned char none[4];

	return address_equal(address, &any_6) ||
	       (is_v4(address) && memcmp(address->bytes + sizeof(mapped), none, sizeof(none)) == 0);
}

static bool is_loopback(const Address *address)
{
	return is_v4(address) ? address->bytes[sizeof(mapped)] == 127
			      : address_equal(address, &loopback_6);
}

static Address loopback_of(const Address *address)
{
	Address loopback = *address;

	if (!is_v4(address))
		return loopback_6;
	loopback.bytes[12] = 127;
	loopback.bytes[15] = 1;
	return loopback;
}

static bool is_of_machine(const OwnAddresses *own, const Address *address)
{
	Address item;

	if (is_loopback(address))
		return true;
	for (size_t i = 0; i < own->n_items; i++)
		if (address_read(own->items[i], &item) && address_equal(&item, address))
			return true;
	return false;
}

/* slapd has a socket for each family, and none of v6 takes v4. */
static bool host_takes(const char *host, const OwnAddresses *own, const Address *address)
{
	const Address loopback = loopback_of(address);
	Address listens;

	if (!*host)
		return is_of_machine(own, address);
	if (strcmp(host, "localhost") == 0)
		return address_equal(address, &loopback);
	if (!address_read(host, &listens))
		return false;
	if (is_any(&listens))
		return is_v4(&listens) == is_v4(address) && is_of_machine(own, address);
	return address_equal(&listens, address);
}

Listeners listeners_read(Pool *pool, const char *const *urls, size_t n_urls)
{
	Listeners listeners = {0};
	Url url;

	for (size_t i = 0; i < n_urls; i++)
		if (url_parse(pool, urls[i], &url) && strcmp(url.scheme, "ldapi") != 0)
			POOL_PUSH(pool, listeners.items, listeners.n_items,
				  {.host = url.host, .port = url.port});
	return listeners;
}

bool listeners_answer_at(const Listeners *listeners, const OwnAddresses *own, const char *address,
			 int port)
{
	Address asked;

	if (!address_read(address, &asked))
		return false;
	if (is_any(&asked))
		asked = loopback_of(&asked);
	for (size_t i = 0; i < listeners->n_items; i++)
		if (listeners->items[i].port == port &&
		    host_takes(listeners->items[i].host, own, &asked))
			return true;
	return false;
}
