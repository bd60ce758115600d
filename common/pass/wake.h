/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WAKE_H
#define SYNCWARD_WAKE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When the next pass is made: a pass leaves wishes, and only here it is decided what becomes of
 * them. Times are microseconds of one clock that never goes back.
 */

/* Who wishes. */
typedef enum WakeReason {
	WAKE_SCHEDULE,  /* the interval, or another try after a failure */
	WAKE_TURN,      /* a rewrite's turn comes */
	WAKE_FOLLOW,    /* how do restarted consumers do? */
	WAKE_ILL,       /* is what is held or ill still so? */
	WAKE_PAUSE,     /* a pause ends */
	WAKE_CONTEST,   /* what may be written became another */
	WAKE_LINK,      /* whether a link is down is decided then */
	WAKE_PROBES,    /* peers are to be asked */
	WAKE_PUT_BACK,  /* a link that was written anew must be up by then, or is put back */
	WAKE_PLACES,    /* something is watched that was not: it may have changed just before */
	WAKE_REFUSED,   /* does a file that was refused stay so? */
	WAKE_HEARTBEAT, /* one is to be written, or those of others to be read */
	WAKE_ROLLOUT,   /* how do those do that try a revision that waits here? */
	WAKE_NEWS, /* something outside happened while the pass ran, and it may not have seen it */
	WAKE_REASON_COUNT
} WakeReason;

/* The wishes of one pass, the earliest of each kind. Zero: none. */
typedef struct WakeList {
	struct {
		bool is_wished;
		uint64_t at_usec;
	} items[WAKE_REASON_COUNT];
} WakeList;

/* What the passes until now say of the next; zero before the first. */
typedef struct WakeHistory {
	bool has_passed;
	uint64_t ended_usec; /* when the last pass ended */
	unsigned
		n_own; /* passes that closely followed each other and that nothing outside caused */
	uint64_t spent_usec; /* until then, passes that wrote nothing are accounted for */
} WakeHistory;

/* The pass that just ended. */
typedef struct WakePass {
	uint64_t began_usec;
	uint64_t ended_usec;
	bool is_from_outside; /* a file, a socket, a probe, a signal or a person caused it */
	bool has_written;     /* it corrected something */
} WakePass;

/* The next pass shall be no later than that, for that reason. */
void wake_add(WakeList *list, WakeReason reason, uint64_t at_usec);

/* What somebody else wishes as well. */
void wake_join(WakeList *list, const WakeList *other);

/* Takes the end of a pass into the history. */
void wake_passed(WakeHistory *history, const WakePass *pass);

/*
 * When the next pass is unless something happens before: the earliest wish, never in the past. A
 * pass that nothing outside caused waits 100 ms after the last one, and twice as long each time, up
 * to 800 ms. UINT64_MAX: nobody wishes one.
 */
uint64_t wake_choose(const WakeHistory *history, const WakeList *list, uint64_t now_usec);

/*
 * When a pass may be that something outside causes: at once, as long as passes find something to
 * write, or are at most ten behind each other and one a second from then on. Whatever goes on
 * around us, no more than twenty passes are in any ten seconds in which nothing is corrected, those
 * that a SIGHUP asks for among them; a correction begins the count anew, for what others change
 * must not wait.
 */
uint64_t wake_earliest(const WakeHistory *history, uint64_t now_usec);

#endif
