/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/link_watch.h"

#include "common/base/timestamp.h"
#include "common/live/live_running.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

#define MISSING_PATIENCE_SEC 10 /* slapd starts a new consumer some seconds after the write */

static int64_t longer(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

LinkNews link_watch_look(LinkWatch *watch, const LinkLook *look)
{
	const bool is_broken = look->sight == LINK_SIGHT_BROKEN;

	if (look->sight == LINK_SIGHT_NONE || is_broken == watch->is_down) {
		watch->was_up |= look->sight == LINK_SIGHT_WORKS;
		watch->doubt_sec = -1;
		return LINK_NEWS_NONE;
	}
	if (watch->doubt_sec < 0) {
		watch->doubt_sec = look->at_sec;
		watch->confirm_sec = look->at_sec +
				     (is_broken && !watch->was_up
					      ? longer(look->patience_sec, LINK_FIRST_PATIENCE_SEC)
					      : look->patience_sec);
	}
	if (look->at_sec < watch->confirm_sec)
		return LINK_NEWS_NONE;
	watch->is_down = is_broken;
	watch->was_up |= !is_broken;
	watch->began_sec = watch->doubt_sec;
	watch->doubt_sec = -1;
	return is_broken ? LINK_NEWS_DOWN : LINK_NEWS_UP;
}

bool link_watches_back(const LinkWatch *watches, size_t n_watches, int64_t *ret_sec)
{
	*ret_sec = 0;
	for (size_t i = 0; i < n_watches; i++) {
		if (watches[i].is_down)
			return false;
		*ret_sec = longer(*ret_sec, watches[i].began_sec);
	}
	return true;
}

/* --- what cn=monitor says --- */

/* One whole try of the consumer. */
static int64_t try_sec(const Syncrepl *syncrepl)
{
	return (int64_t)(syncrepl_number(syncrepl, SYNCREPL_TIMEOUT) +
			 syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT)) +
	       RUNNING_SPARE_SEC;
}

LinkLook link_watch_see(const Syncrepl *syncrepl, const RunningConsumer *running, int64_t now_sec,
			int64_t at_sec)
{
	LinkLook look = {.sight = LINK_SIGHT_BROKEN, .at_sec = at_sec};
	int64_t wait_sec;

	if (!running) {
		look.patience_sec = MISSING_PATIENCE_SEC;
		return look;
	}
	if (running->is_connected || running_works(running, syncrepl)) {
		look.sight = LINK_SIGHT_WORKS;
		/* It may be connected only to be refused. */
		if (running->is_connected && !running->is_persistent)
			look.patience_sec = try_sec(syncrepl);
		return look;
	}
	wait_sec = timestamp_of_generalized(running->next_connect) - now_sec;
	if (wait_sec < 0)
		wait_sec = 0;
	if (wait_sec > LINK_RETRY_PATIENCE_SEC)
		wait_sec = LINK_RETRY_PATIENCE_SEC;
	look.patience_sec = wait_sec + try_sec(syncrepl);
	return look;
}

void link_watch_count(LinkWatch *watch, const Syncrepl *syncrepl, const RunningConsumer *running)
{
	int64_t sec;

	if (!running || !syncrepl || !syncrepl_log(syncrepl) || running_works(running, syncrepl)) {
		watch->n_refused = 0;
		return;
	}
	if (running->is_connected)
		return;
	if (!running_made_contact(running)) {
		if (running_found_nobody(running))
			watch->n_refused = 0;
		return;
	}
	sec = timestamp_of_generalized(running->last_contact);
	if (sec == watch->refused_sec && watch->n_refused > 0)
		return;
	watch->refused_sec = sec;
	watch->n_refused++;
}

/* Once may be a connection that broke. */
const char *link_watch_refusals(Pool *pool, const LinkWatch *watch)
{
	char when[TIMESTAMP_SIZE];

	if (watch->n_refused < 2)
		return NULL;
	return pool_printf(pool,
			   "it was reached and ended the try, at least %u times, last at %s, as "
			   "where what this node has does not fit its log of changes; %s",
			   watch->n_refused, timestamp_print(watch->refused_sec, when),
			   remedy_text(REMEDY_LOG_WRITE));
}

const char *link_watch_describe(Pool *pool, const RunningConsumer *running, int64_t now_sec)
{
	char when[TIMESTAMP_SIZE];
	const char *contact;
	int64_t next_sec;

	if (!running)
		return "slapd runs no consumer for it";
	contact = timestamp_print(timestamp_of_generalized(running->last_contact), when);
	next_sec = timestamp_of_generalized(running->next_connect);
	return pool_printf(
		pool, "%s%s, %s", contact ? "no contact since " : "there was never a connection",
		contact ? contact : "",
		next_sec > now_sec ? pool_printf(pool, "next try in %s",
						 duration_print(pool, next_sec - now_sec))
				   : "it is trying now");
}
