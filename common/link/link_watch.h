/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINK_WATCH_H
#define SYNCWARD_LINK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/link/link_fallback.h"
#include "common/live/live_config.h"

/*
 * Whether a replication link works, over many looks: a break is told when it lasts. A consumer that
 * was restarted, or that waits for its next try, is given the time that it needs to come back.
 * Times are seconds of one clock that never goes back.
 */
typedef struct LinkWatch {
	const char *suffix;
	unsigned peer_id;
	bool is_down;        /* confirmed */
	bool was_up;         /* at some look, or before the agent started */
	int64_t began_sec;   /* when it came into this state; 0: at an unknown time */
	int64_t doubt_sec;   /* since when looks say otherwise; -1: they do not */
	int64_t confirm_sec; /* a look from then on decides; only while in doubt */
	int64_t refused_sec; /* of the day: when the peer ended a try, the last that was seen */
	unsigned n_refused;  /* so many of these tries were seen, one after the other */
	LinkFallbacks fallbacks;
} LinkWatch;

/* What one look says about the link. */
typedef enum LinkSight {
	LINK_SIGHT_NONE, /* nobody can tell */
	LINK_SIGHT_BROKEN,
	LINK_SIGHT_WORKS,
} LinkSight;

typedef struct LinkLook {
	LinkSight sight;
	int64_t at_sec;       /* when that was so */
	int64_t patience_sec; /* how long this may last before it is reported */
} LinkLook;

typedef enum LinkNews {
	LINK_NEWS_NONE,
	LINK_NEWS_DOWN,
	LINK_NEWS_UP,
} LinkNews;

/* How long a link that was never seen working is waited for: its peer may be set up only now. */
#define LINK_FIRST_PATIENCE_SEC 60
/* A consumer that tries again only after an hour is down all the same. */
#define LINK_RETRY_PATIENCE_SEC 60

/* Takes in one look; says what has to be told. */
LinkNews link_watch_look(LinkWatch *watch, const LinkLook *look);

/*
 * Counts tries that the peer ended although it was reached, as happens to a consumer whose place
 * the peer's log of changes does not know: each try begins the whole refresh again. None where the
 * link works.
 */
void link_watch_count(LinkWatch *watch, const Syncrepl *syncrepl, const RunningConsumer *running);

/* Of a link that reads a log of changes and was refused so: how often, and since when it is known;
 * NULL: it was not. */
const char *link_watch_refusals(Pool *pool, const LinkWatch *watch);

/*
 * What cn=monitor says at now_sec (of the day) about the link of that declared value. running is
 * NULL when slapd runs no such consumer. One of type refreshOnly is not connected between its
 * refreshes: it works when its last try made contact.
 */
LinkLook link_watch_see(const Syncrepl *syncrepl, const RunningConsumer *running, int64_t now_sec,
			int64_t at_sec);

/* "no connection since 2026-07-01T10:00:00Z, next try in 5 s": when nothing better is known.
 * running may be NULL. */
const char *link_watch_describe(Pool *pool, const RunningConsumer *running, int64_t now_sec);

/* True when none of these links is down; ret_sec takes when the last of them came back, by the
 * clock of the looks, 0: before the agent started. */
bool link_watches_back(const LinkWatch *watches, size_t n_watches, int64_t *ret_sec);

#endif
