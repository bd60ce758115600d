/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/schedule.h"

#include <stdio.h>
#include <string.h>

#define SECOND_USEC     1000000ULL
#define FOLLOW_MAX      2 /* looks after the first one */
#define ILL_USEC        (5 * SECOND_USEC)
#define ILL_LATER_USEC  (7 * SECOND_USEC) /* what was mended is reported for 10 s at most */
#define ILL_LOOKS_OFTEN 4
#define SPLAY_STEP_USEC 250000ULL
#define SPLAY_MAX_USEC  (30 * SECOND_USEC)

/* From the first to the longest wait; each is twice the one before. */
typedef struct Backoff {
	uint64_t first_usec;
	uint64_t longest_usec;
} Backoff;

static const Backoff backoffs[] = {
	/* A socket that appears is not listened to yet: the first tries follow closely. */
	[PASS_AWAY] = {SECOND_USEC / 20, 15 * SECOND_USEC},
	[PASS_UNSEEN] = {SECOND_USEC / 20, SECOND_USEC},
	[PASS_SOON] = {SECOND_USEC / 4, 2 * SECOND_USEC},
	[PASS_DENIED] = {5 * SECOND_USEC, 300 * SECOND_USEC},
	[PASS_BUSY] = {SECOND_USEC / 4, 2 * SECOND_USEC},
	[PASS_REFUSED] = {10 * SECOND_USEC, 3600 * SECOND_USEC},
	[PASS_OUTCOME_COUNT] = {0, 0},
};

static uint64_t backoff_usec(PassOutcome outcome, unsigned n_before)
{
	uint64_t wait_usec = backoffs[outcome].first_usec;

	for (unsigned i = 0; i < n_before && wait_usec < backoffs[outcome].longest_usec; i++)
		wait_usec *= 2;
	return wait_usec < backoffs[outcome].longest_usec ? wait_usec
							  : backoffs[outcome].longest_usec;
}

/* splitmix64: any seed will do, also 0. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t mixed = *state += 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
	return mixed ^ (mixed >> 31);
}

static uint64_t interval_usec(Schedule *schedule)
{
	const uint64_t tenth_usec = schedule->interval_usec / 10;

	return schedule->interval_usec - tenth_usec +
	       random_next(&schedule->random) % (2 * tenth_usec + 1);
}

void schedule_start(Schedule *schedule, unsigned interval_sec, unsigned seed)
{
	*schedule = (Schedule){
		.interval_usec = interval_sec * SECOND_USEC,
		.random = seed,
	};
}

uint64_t schedule_passed(Schedule *schedule, PassOutcome outcome, uint64_t now_usec)
{
	uint64_t wait_usec = interval_usec(schedule);

	schedule->n_same = outcome == schedule->last ? schedule->n_same + 1 : 0;
	schedule->last = outcome;
	if (outcome != PASS_SETTLED && outcome != PASS_REFUSED) {
		const uint64_t sooner_usec = backoff_usec(outcome, schedule->n_same);

		if (sooner_usec < wait_usec)
			wait_usec = sooner_usec;
	}
	if (outcome == PASS_SETTLED)
		schedule->refused[0] = '\0';
	if (outcome == PASS_REFUSED && schedule->refused_until_usec > now_usec &&
	    schedule->refused_until_usec < now_usec + wait_usec)
		return schedule->refused_until_usec;
	return now_usec + wait_usec;
}

uint64_t schedule_follow(Schedule *schedule, bool has_restarted, bool is_up, uint64_t now_usec)
{
	if (has_restarted) {
		schedule->n_followed = 0;
		schedule->follow_usec = now_usec + SECOND_USEC;
	} else if (is_up) {
		schedule->follow_usec = 0;
	} else if (schedule->follow_usec > 0 && now_usec >= schedule->follow_usec) {
		const bool is_last = ++schedule->n_followed > FOLLOW_MAX;

		schedule->follow_usec =
			is_last ? 0 : now_usec + (SECOND_USEC << schedule->n_followed);
	}
	return schedule->follow_usec;
}

/* After that many looks that found the same. */
static uint64_t ill_wait_usec(const Schedule *schedule)
{
	return schedule->n_ill_looks < ILL_LOOKS_OFTEN ? ILL_USEC : ILL_LATER_USEC;
}

/* Each pass is a look, whatever it was made for; those that were due are counted. */
uint64_t schedule_ill(Schedule *schedule, size_t n_ill, uint64_t now_usec)
{
	if (n_ill != schedule->n_ill)
		schedule->n_ill_looks = 0;
	else if (now_usec >= schedule->ill_usec)
		schedule->n_ill_looks++;
	schedule->n_ill = n_ill;
	schedule->ill_usec = now_usec + ill_wait_usec(schedule);
	return n_ill > 0 && ill_wait_usec(schedule) < schedule->interval_usec ? schedule->ill_usec
									      : 0;
}

void schedule_refused(Schedule *schedule, const char *digest, uint64_t now_usec)
{
	const bool is_again = strcmp(schedule->refused, digest) == 0;

	schedule->n_refused = is_again ? schedule->n_refused + 1 : 0;
	if (!is_again)
		(void)snprintf(schedule->refused, sizeof(schedule->refused), "%s", digest);
	schedule->refused_until_usec = now_usec + backoff_usec(PASS_REFUSED, schedule->n_refused);
}

bool schedule_may_write(const Schedule *schedule, const char *digest, uint64_t now_usec)
{
	return strcmp(schedule->refused, digest) != 0 || now_usec >= schedule->refused_until_usec;
}

void schedule_encourage(Schedule *schedule)
{
	schedule->last = PASS_SETTLED;
	schedule->n_same = 0;
}

void schedule_reset(Schedule *schedule)
{
	schedule_encourage(schedule);
	schedule->n_refused = 0;
	schedule->refused[0] = '\0';
}

uint64_t schedule_splay_usec(unsigned rank)
{
	const uint64_t splay_usec = rank * SPLAY_STEP_USEC;

	return splay_usec < SPLAY_MAX_USEC ? splay_usec : SPLAY_MAX_USEC;
}
