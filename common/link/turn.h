/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TURN_H
#define SYNCWARD_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/sha256.h"

/*
 * Nodes that shall do the same at the same time do it one after the other, without a word between
 * them: each waits by its rank (wanted_rank()), longer than those before it take. A value; times
 * are microseconds of one clock that never goes back.
 */
typedef struct Turn {
	char of[SHA256_HEX_SIZE]; /* what it is a turn of; "": of nothing */
	uint64_t at_usec;         /* when it comes */
} Turn;

/* Takes a turn of something that may be done behind a wait. Who has one of the same, awaited or
 * come, keeps it: however often somebody asks for it, it is not put off. */
void turn_take(Turn *turn, const char *of, uint64_t wait_usec, uint64_t now_usec);

/* What it was a turn of is done: the next is a new one, also of the same. */
void turn_end(Turn *turn);

/* Whether it came; who took none need not wait. Changes nothing. */
bool turn_has_come(const Turn *turn, uint64_t now_usec);

/* How long the node that so many others come before leaves the first try of a password to them, so
 * that it hears of their refused binds. */
uint64_t turn_password_usec(unsigned rank);

#endif
