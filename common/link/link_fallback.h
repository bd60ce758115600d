/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINK_FALLBACK_H
#define SYNCWARD_LINK_FALLBACK_H

#include <stdint.h>

#include "common/base/pool.h"
#include "common/live/live_config.h"

/*
 * A consumer that reads a log of changes and meets one that does not fit what it has reads the
 * whole database over the same connection, and then the log again. It works all the time, and
 * slapd tells nobody; but each search sends a cookie, and cn=monitor has the last one.
 */
typedef struct LinkFallbacks {
	const char *sent;    /* the cookie at the last look; NULL: there was no connection */
	int64_t connect_sec; /* of the day: when that connection was made */
	int64_t last_sec;    /* of the day: when one was seen last */
	unsigned n;          /* so many were seen, none an hour after the one before */
} LinkFallbacks;

/* Takes in one look. running and syncrepl may be NULL: not known. Keeps running->cookie_sent. */
void link_fallbacks_count(LinkFallbacks *fallbacks, const Syncrepl *syncrepl,
			  const RunningConsumer *running, int64_t now_sec);

/* How often it fell back, when that is again and again; else NULL. */
const char *link_fallbacks_describe(Pool *pool, const LinkFallbacks *fallbacks);

#endif
