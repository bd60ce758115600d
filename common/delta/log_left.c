/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_left.h"

#include <stdlib.h>

#include "common/base/timestamp.h"
#include "common/delta/log_changes.h"
#include "common/delta/log_shut.h"
#include "common/live/live_log.h"
#include "common/wanted/wanted_rhythm.h"

#define PASS_SEC  5 /* a pass takes the word back, then has the links read databases */
#define HEARD_SEC (LOG_ASK_SEC + 30) /* and what an answer takes */

static int64_t changed_at(const LiveDatabase *log)
{
	return timestamp_of_generalized(entry_first(log->entry, "modifyTimestamp"));
}

LogLeft log_left(const LiveDatabase *log, int64_t now_sec)
{
	const int64_t changed_sec = changed_at(log);
	/* Either way: a clock that was set back must not keep the link waiting for ever. */
	const int64_t since_sec = changed_sec < 0 ? HEARD_SEC : llabs(now_sec - changed_sec);

	if (log_word_is_said(log))
		return LOG_LEFT_NOT;
	if (since_sec < PASS_SEC)
		return LOG_LEFT_JUST_NOW;
	return since_sec < HEARD_SEC ? LOG_LEFT_LATELY : LOG_LEFT_SURELY;
}

bool log_left_is_awaited(LogLeft left, bool may_be_read)
{
	return left == LOG_LEFT_NOT || left == LOG_LEFT_JUST_NOW ||
	       (left == LOG_LEFT_LATELY && may_be_read);
}

OwnLog own_log_look(const PlanInput *in, const WantedDatabase *wanted, const LiveDatabase *database,
		    const char *base)
{
	const Entry *overlay = live_log_overlay(in->live, database, base);
	OwnLog own = {.is_written = overlay && !live_log_only_begins(overlay),
		      .left = LOG_LEFT_SURELY};
	const LiveDatabase *log;

	if (live_find_database(in->live, base, &log) != 1)
		return own;
	own.is_there = true;
	own.left = log_left(log, in->facts->now_sec);
	own.closed_sec = log_is_closed(log) ? changed_at(log) : 0;
	own.can_be_shut = log_shut_hides_all(wanted, base, database->root_dn, log);
	return own;
}
