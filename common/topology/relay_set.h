/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RELAY_SET_H
#define SYNCWARD_RELAY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* slapd distinguishes the providers of a database by rid, 0 to 999: more than that are never read.
 */
#define RELAYS_MAX  1000
#define RELAY_WORDS ((RELAYS_MAX + 63) / 64)

/* Some of a database's relays, by position. */
typedef struct RelaySet {
	uint64_t words[RELAY_WORDS];
} RelaySet;

bool relay_set_has(const RelaySet *set, size_t at);
void relay_set_add(RelaySet *set, size_t at);
void relay_set_remove(RelaySet *set, size_t at);
void relay_set_join(RelaySet *set, const RelaySet *other);
size_t relay_set_count(const RelaySet *set);

/* The first position in the set, starting at `at`; RELAYS_MAX or more: there is none. */
size_t relay_set_next(const RelaySet *set, size_t at);

#endif
