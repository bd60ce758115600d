/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LISTENER_H
#define SYNCWARD_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/* Addresses in figures, of this machine; those of loopback need not be among them. */
typedef struct OwnAddresses {
	const char **items;
	size_t n_items;
} OwnAddresses;

/* Where slapd listens for TCP. */
typedef struct Listener {
	const char *host; /* as in Url */
	int port;
} Listener;

typedef struct Listeners {
	Listener *items;
	size_t n_items;
} Listeners;

/* From strings of -h; in the pool. */
Listeners listeners_read(Pool *pool, const char *const *urls, size_t n_urls);

/*
 * True when slapd with these listeners is who answers at that address, in figures, and port, for
 * whoever connects from this machine. 0.0.0.0 and :: lead to loopback then. What a listener's name
 * means is not looked up, so it answers nowhere; "localhost" does at loopback.
 */
bool listeners_answer_at(const Listeners *listeners, const OwnAddresses *own, const char *address,
			 int port);

#endif
