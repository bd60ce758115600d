/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SCHEDULE_H
#define SYNCWARD_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/sha256.h"

/* How a pass ended, as far as it decides when the next one is due. */
typedef enum PassOutcome {
	PASS_SETTLED, /* in step, or waiting for something that no waiting of ours brings nearer */
	PASS_SOON,    /* waiting for something that ends by itself: a refresh, a splayed write */
	PASS_AWAY,    /* slapd does not answer; its socket is watched and tells its return */
	PASS_UNSEEN,  /* slapd does not answer, and nobody tells when it is back */
	PASS_DENIED,  /* slapd or the kernel refuses us */
	PASS_REFUSED, /* slapd refused a change, or it did not take */
	PASS_BUSY,    /* another writer is at work */
	PASS_OUTCOME_COUNT
} PassOutcome;

/* How long to wait after each pass, as a value: times are microseconds of one clock that never
 * goes back. What becomes of it is decided by wake_choose(). */
typedef struct Schedule {
	uint64_t interval_usec;
	uint64_t random; /* state of the jitter */
	PassOutcome last;
	unsigned n_same;               /* passes in a row with that outcome */
	char refused[SHA256_HEX_SIZE]; /* digest of the plan that slapd refused; "" none */
	unsigned n_refused;
	uint64_t refused_until_usec; /* that plan is not written again before */
	uint64_t follow_usec; /* when to look how consumers do that were restarted; 0: never */
	unsigned n_followed;
	size_t n_ill; /* as many things were ill at the last pass */
	unsigned n_ill_looks;
	uint64_t ill_usec; /* when they are looked at again */
} Schedule;

/* seed tells nodes apart, so that a fleet does not move in step. */
void schedule_start(Schedule *schedule, unsigned interval_sec, unsigned seed);

/* When the next pass is wished: at the interval (a tenth more or less), earlier after a failure
 * that may pass, later and later while it lasts. */
uint64_t schedule_passed(Schedule *schedule, PassOutcome outcome, uint64_t now_usec);

/* The plan with this digest was refused: it waits, twice as long each time (10 s to 1 h). */
void schedule_refused(Schedule *schedule, const char *digest, uint64_t now_usec);

/* False while the plan with this digest waits. Another plan may be written at once. */
bool schedule_may_write(const Schedule *schedule, const char *digest, uint64_t now_usec);

/* Consumers that a correction restarted take a moment: when to look again, after a second, and
 * while they are not all up twice more, later each time; 0: need not be. */
uint64_t schedule_follow(Schedule *schedule, bool has_restarted, bool is_up, uint64_t now_usec);

/* While so many things are held, ill or being refreshed they are looked at every 5 s, so that
 * nobody tells for long what is mended; after four such looks that found the same number, every 7
 * s. When the next look is; 0: the interval is soon enough.
 */
uint64_t schedule_ill(Schedule *schedule, size_t n_ill, uint64_t now_usec);

/* Something happened that ends a failure, or may: the next ones wait as short as the first. */
void schedule_encourage(Schedule *schedule);

/* Forgets failures: a new revision, or a person's resume. */
void schedule_reset(Schedule *schedule);

/* How long the node of that rank (0: first) among its peers waits with a rewrite that is not urgent
 * for those before it: the consumers of all nodes must not restart together. */
uint64_t schedule_splay_usec(unsigned rank);

#endif
