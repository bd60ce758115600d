/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/timestamp.h"
#include "common/delta/log_changes.h"
#include "common/draft/diff.h"
#include "common/live/live_log.h"
#include "common/live/live_running.h"
#include "common/remedies/remedies.h"

#define DAY_SEC 86400

/*
 * A peer that was away for longer than the log of changes keeps reads the whole database when it is
 * back. When this node last heard of it is the latest that is known: it may have been there longer,
 * and then there is more time.
 */
typedef struct Away {
	Diff *diff;
	const WantedDatabase *wanted;
	const char *log;
	int64_t keeps_sec;
} Away;

/* A purge that reaches twice as far as the peer is away now, in days. */
static const char *longer_purge(Pool *pool, int64_t away_sec)
{
	const int64_t days = 2 * away_sec / DAY_SEC + 1;

	return pool_printf(
		pool, "; to keep more, where the disk has room: %s",
		remedy_fill(pool, REMEDY_LOG_PURGE, pool_printf(pool, "%02lld", (long long)days)));
}

static void away_tell(const Away *away, const Peer *peer, int64_t heard_sec)
{
	const int64_t now_sec = away->diff->in->facts->now_sec,
		      end_sec = heard_sec + away->keeps_sec;
	Pool *pool = away->diff->pool;
	Plan *plan = away->diff->plan;
	char heard[TIMESTAMP_SIZE], end[TIMESTAMP_SIZE];
	const char *what =
		now_sec < end_sec ? pool_printf(pool, "if it does not come back before %s, it must",
						timestamp_print(end_sec, end))
				  : "when it comes back it must";

	plan_add_finding(pool, plan, SEVERITY_WARNING, "log-short", away->wanted->desired->suffix,
			 "peer %u, %s, was last heard of at %s, and the log of changes '%s' here "
			 "keeps %s: %s read the whole database anew%s",
			 peer->id, peer->uri, timestamp_print(heard_sec, heard), away->log,
			 duration_print(pool, away->keeps_sec), what,
			 away->wanted->desired->delta ? longer_purge(pool, now_sec - heard_sec)
						      : "");
	plan->findings[plan->n_findings - 1].key = peer->uri;
}

/* Half of the time is left for somebody to act. */
static void peer_judge(const Away *away, const WantedConsumer *consumer,
		       const RunningConsumer *running)
{
	const int64_t heard_sec = running && !running->is_connected
					  ? timestamp_of_generalized(running->last_contact)
					  : -1;

	if (heard_sec >= 0 && 2 * (away->diff->in->facts->now_sec - heard_sec) > away->keeps_sec)
		away_tell(away, consumer->peer, heard_sec);
}

void diff_log_reach(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
		    const char *log)
{
	const Entry *overlay = live_log_overlay(diff->in->live, live, log);
	const char *purge = overlay ? entry_first(overlay, "olcAccessLogPurge") : NULL;
	const Away away = {
		.diff = diff, .wanted = wanted, .log = log, .keeps_sec = live_log_keeps_sec(purge)};
	RunningIndex index;

	if (away.keeps_sec < 0 || !diff->in->live->runs.is_known)
		return;
	running_index(&diff->in->live->runs, wanted->desired->suffix, &index);
	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const WantedConsumer *consumer = &wanted->consumers[i];

		if (consumer->reads_here_sec >= 0)
			peer_judge(&away, consumer,
				   running_find(&index, consumer->rid, consumer->provider));
	}
}
