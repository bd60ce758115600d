/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TURN_H
#define SYNCWARD_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/sha256.h"

/*
 * Nodes that are to do the same thing at the same time do it one after the other, without talking
 * to each other: each waits by its rank (wanted_rank()), longer than those before it take. A value;
 * times are microseconds of one clock that never goes back.
 */
typedef struct Turn {
	char of[SHA256_HEX_SIZE]; /* what the turn is for; "": nothing */
	uint64_t at_usec;         /* when it comes */
} Turn;

/* Takes a turn for something that may be done after a wait. A turn for the same thing, whether it
 * has come or not, is kept: it is not put off, however often it is asked for. */
void turn_take(Turn *turn, const char *of, uint64_t wait_usec, uint64_t now_usec);

/* What the turn was for is done: the next one is new, also for the same thing. */
void turn_end(Turn *turn);

/* Whether it has come; without one there is no need to wait. Changes nothing. */
bool turn_has_come(const Turn *turn, uint64_t now_usec);

/* How long a node that comes after so many others leaves the first try of a password to them, so
 * that it hears of their refused binds. */
uint64_t turn_password_usec(unsigned rank);

#endif
