/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LISTENER_H
#define SYNCWARD_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

/* Addresses in figures, of this machine; those of loopback need not be among them. */
typedef struct OwnAddresses {
	const char **items;
	size_t n_items;
} OwnAddresses;

/*
 * True when slapd with these listeners (strings of -h) is who answers at that address, in figures,
 * and port, for whoever connects from this machine. 0.0.0.0 and :: lead to loopback then. What a
 * listener's name means is not looked up, so it answers nowhere; "localhost" does at loopback.
 */
bool listeners_answer_at(const char *const *listeners, size_t n_listeners, const OwnAddresses *own,
			 const char *address, int port);

#endif
