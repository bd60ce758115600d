/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_links.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"

#define REPEAT_SEC     5
#define DOWN_AGAIN_SEC 5 /* what was mended is reported for 10 s at most */
#define FEW_LINKS      8 /* all of them are asked then */

/* One link as a pass sees it. */
typedef struct LinkSeen {
	const Found *found;
	const LinksBefore *before;
	Follow *follow;
	const char *suffix;
	const WantedConsumer *wanted;
	const RunningConsumer *running; /* NULL: slapd runs none, or does not say */
	int64_t now_sec;                /* of the day */
	int64_t at_sec;                 /* of the clock that never goes back */
	bool is_probed;                 /* a probe says whether it works */
	bool are_few;                   /* this node has few links */
} LinkSeen;

static int64_t monotonic_sec(const Found *found)
{
	return (int64_t)(found_now_usec(found) / 1000000);
}

/* --- what was known --- */

static const char *link_key(Pool *pool, const LinkSeen *seen)
{
	return pool_printf(pool, "link %s %u", seen->suffix, seen->wanted->peer->id);
}

static const LinkWatch *watch_before(const DaemonLinks *links, const LinkSeen *seen, size_t at)
{
	if (at < links->n_items && links->items[at].peer_id == seen->wanted->peer->id &&
	    strcmp(links->items[at].suffix, seen->suffix) == 0)
		return &links->items[at];
	for (size_t i = 0; i < links->n_items; i++)
		if (links->items[i].peer_id == seen->wanted->peer->id &&
		    strcmp(links->items[i].suffix, seen->suffix) == 0)
			return &links->items[i];
	return NULL;
}

static const char *link_name(Pool *pool, const char *suffix, const char *provider)
{
	return pool_printf(pool, "%s %s", provider, suffix);
}

void daemon_links_before(LinksBefore *before, const Found *found, const LiveRunning *runs)
{
	for (size_t i = 0; found->begin.number == 1 && i < runs->n_consumers; i++)
		if (runs->consumers[i].is_connected && runs->consumers[i].suffix)
			POOL_PUSH(found->pool, before->names, before->n_names,
				  link_name(found->pool, runs->consumers[i].suffix,
					    runs->consumers[i].provider));
}

static bool worked_before(const LinkSeen *seen)
{
	const LinksBefore *before = seen->before;
	const char *name = before->n_names > 0 ? link_name(seen->found->pool, seen->suffix,
							   seen->wanted->provider)
					       : "";

	for (size_t i = 0; i < before->n_names; i++)
		if (strcmp(before->names[i], name) == 0)
			return true;
	return false;
}

/* What an earlier daemon reported is not reported again. */
static LinkWatch watch_new_link(const LinkSeen *seen)
{
	const Condition *told =
		condition_find(seen->found->before.told, link_key(seen->found->pool, seen));

	return (LinkWatch){
		.peer_id = seen->wanted->peer->id,
		.is_down = told != NULL,
		.was_up = told || worked_before(seen) ||
			  (seen->running &&
			   timestamp_of_generalized(seen->running->last_contact) >= 0),
		.doubt_sec = -1,
	};
}

/* --- what is seen --- */

static const LinkProbe *probe_of(const LinkSeen *seen)
{
	return link_probe_find(seen->found->before.answers, seen->suffix, seen->wanted->peer->id,
			       NULL);
}

/* On the clock that never goes back. */
static int64_t probed_sec(const LinkSeen *seen, const LinkProbe *probe)
{
	return seen->at_sec - (seen->now_sec - probe->at_sec);
}

/* Where cn=monitor does not show it, two probes that fail are a break; the second follows soon. */
static LinkLook look_at_probe(const LinkSeen *seen)
{
	const LinkProbe *probe = probe_of(seen);

	if (!probe || probe_verdict(&probe->probe) == PROBE_BEYOND_US)
		return (LinkLook){.at_sec = seen->at_sec};
	return (LinkLook){
		.sight = probe_verdict(&probe->probe) == PROBE_IS_GOOD ? LINK_SIGHT_WORKS
								       : LINK_SIGHT_BROKEN,
		.at_sec = probed_sec(seen, probe),
		.patience_sec = probe_verdict(&probe->probe) == PROBE_IS_GOOD ? 0 : REPEAT_SEC,
	};
}

/* A connection whose packets the network swallows stays one for slapd, for hours. */
static bool is_cut_off(const LinkSeen *seen)
{
	const LinkProbe *probe = probe_of(seen);

	return probe && timestamp_of_generalized(seen->running->last_contact) < probe->at_sec &&
	       probe_is_cut_off(&probe->probe);
}

static LinkLook look_at(LinkSeen *seen, const LinkWatch *watch)
{
	LinkLook look = {.at_sec = seen->at_sec};

	seen->is_probed = !seen->found->report.last.world.live.runs.is_known ||
			  (seen->running && seen->running->is_connected && is_cut_off(seen));
	if (seen->is_probed)
		return look_at_probe(seen);
	/* A consumer that is yet to be written is reported as a change. */
	if (!seen->running && !watch->was_up)
		return look;
	return link_watch_see(&seen->wanted->syncrepl, seen->running, seen->now_sec, seen->at_sec);
}

/* --- what is reported --- */

/* What a probe met there since the link broke; the text begins with the peer's URI. NULL: nothing.
 */
static const char *probe_reason(const LinkSeen *seen, const LinkWatch *watch)
{
	const LinkProbe *probe = probe_of(seen);

	if (!probe || probe_verdict(&probe->probe) == PROBE_IS_GOOD || probe->probe.n_faults == 0 ||
	    probed_sec(seen, probe) < watch->began_sec)
		return NULL;
	return pool_printf(seen->found->pool, "peer %u, %s [%s]", seen->wanted->peer->id,
			   probe->probe.faults[0].text,
			   probe_code_name(probe->probe.faults[0].code));
}

static const char *monitor_reason(const LinkSeen *seen)
{
	Pool *pool = seen->found->pool;
	const Peer *peer = seen->wanted->peer;

	return pool_printf(pool, "peer %u (%s): %s", peer->id, peer->uri,
			   link_watch_describe(pool, seen->running, seen->now_sec));
}

/* The value that runs; NULL: it is not known. */
static const Syncrepl *declared(const LinkSeen *seen)
{
	const LiveDatabase *database;

	if (!seen->running ||
	    live_find_database(&seen->found->report.last.world.live, seen->suffix, &database) != 1)
		return NULL;
	for (size_t i = 0; i < database->n_consumers; i++)
		if (database->consumers[i].parses &&
		    database->consumers[i].rid == seen->running->rid)
			return &database->consumers[i].syncrepl;
	return NULL;
}

static const char *refusals_reason(const LinkSeen *seen, const LinkWatch *watch)
{
	Pool *pool = seen->found->pool;
	const Peer *peer = seen->wanted->peer;
	const char *refusals = link_watch_refusals(pool, watch);

	return refusals ? pool_printf(pool, "peer %u (%s): %s", peer->id, peer->uri, refusals)
			: NULL;
}

static void tell_down(const LinkSeen *seen, const LinkWatch *watch)
{
	Pool *pool = seen->found->pool;
	const Peer *peer = seen->wanted->peer;
	const char *what = refusals_reason(seen, watch);

	if (!what)
		what = probe_reason(seen, watch);
	if (!what)
		what = monitor_reason(seen);

	condition_add(
		pool, &seen->follow->lasting,
		(Condition){
			.key = link_key(pool, seen),
			.begins = EVENT_LINK_DOWN,
			.ends = EVENT_KIND_COUNT, /* a peer may also be removed */
			.text = pool_printf(pool, "%s is not read from %s", seen->suffix, what),
			.kind = CONDITION_LINK,
			.what = what,
			.suffix = seen->suffix,
			.peer = peer->uri,
		});
}

static void tell_up(const LinkSeen *seen)
{
	Pool *pool = seen->found->pool;
	const Peer *peer = seen->wanted->peer;
	const Condition *told = condition_find(seen->found->before.told, link_key(pool, seen));
	const char *after = "";
	Event event = {.kind = EVENT_LINK_UP, .suffix = seen->suffix, .peer = peer->uri};

	if (told)
		after = pool_printf(pool, ", %s after that was told",
				    duration_print(pool, seen->now_sec - told->since_sec));
	event.text = pool_printf(pool, "%s is read from peer %u (%s) again%s", seen->suffix,
				 peer->id, peer->uri, after);
	POOL_PUSH(pool, seen->follow->events.items, seen->follow->events.n_items, event);
}

/* The link works, and nothing is lost; but each time the whole database goes over it. */
static void tell_fallbacks(const LinkSeen *seen, const LinkWatch *watch)
{
	Pool *pool = seen->found->pool;
	const Peer *peer = seen->wanted->peer;
	static const char code[] = "log-falls-back";
	const char *fallbacks = link_fallbacks_describe(pool, &watch->fallbacks);
	const char *what;

	if (!fallbacks)
		return;
	what = pool_printf(pool, "peer %u (%s): %s", peer->id, peer->uri, fallbacks);
	condition_add(pool, &seen->follow->lasting,
		      (Condition){
			      .key = pool_printf(pool, "%s %s %u", code, seen->suffix, peer->id),
			      .begins = EVENT_FINDING,
			      .ends = EVENT_FINDING_GONE,
			      .text = pool_printf(pool, "%s: %s [%s]", seen->suffix, what, code),
			      .kind = CONDITION_FINDING,
			      .code = code,
			      .what = what,
			      .suffix = seen->suffix,
			      .peer = peer->uri,
		      });
}

/* --- all links --- */

/* The look that decides is not left to the interval. A new link is looked at when its first try
 * must be over, and then has time. */
static void decide_in_time(const LinkSeen *seen, const LinkWatch *watch, const LinkWatch *before,
			   const LinkLook *look)
{
	WakeList *wakes = &seen->follow->wakes;
	Asks *asks = &seen->follow->asks;
	const bool was_in_doubt = before && before->doubt_sec >= 0;

	if (watch->doubt_sec < 0)
		return;
	if (!watch->was_up) {
		if (!was_in_doubt)
			wake_add(wakes, WAKE_LINK,
				 (uint64_t)(look->at_sec + look->patience_sec) * 1000000);
		return;
	}
	/* When that time is over and nothing is decided, an answer to a probe is what is missing.
	 */
	if (seen->at_sec < watch->confirm_sec)
		wake_add(wakes, WAKE_LINK, (uint64_t)watch->confirm_sec * 1000000);
	/* Why it broke is asked at once, and once more where only probes show that. */
	if (!was_in_doubt)
		asks_hurry(asks, found_now_usec(seen->found));
	else if (seen->is_probed)
		asks_hurry(asks, (uint64_t)watch->confirm_sec * 1000000);
}

/* Only another probe shows that it is up again, and one more try of a password that was refused may
 * lock its account. */
static void ask_whether_up(const LinkSeen *seen)
{
	const LinkProbe *probe = probe_of(seen);

	if (seen->is_probed && seen->are_few && probe &&
	    probe->probe.steps[PROBE_BIND] != PROBE_BAD)
		asks_hurry(&seen->follow->asks,
			   found_now_usec(seen->found) + DOWN_AGAIN_SEC * 1000000ULL);
}

static LinkWatch link_take(LinkSeen *seen, const LinkWatch *before)
{
	LinkWatch watch = before ? *before : watch_new_link(seen);
	const LinkLook look = look_at(seen, &watch);

	if (link_watch_look(&watch, &look) == LINK_NEWS_UP)
		tell_up(seen);
	link_watch_count(&watch, declared(seen), seen->running);
	link_fallbacks_count(&watch.fallbacks, declared(seen), seen->running, seen->now_sec);
	tell_fallbacks(seen, &watch);
	if (watch.is_down) {
		tell_down(seen, &watch);
		ask_whether_up(seen);
	}
	decide_in_time(seen, &watch, before, &look);
	return watch;
}

static size_t n_links(const Wanted *wanted)
{
	size_t n = 0;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++)
		n += wanted->databases[i].n_consumers;
	return n;
}

/* What a guard holds does not run: the link as it was goes on. */
static const RunningConsumer *running_of(const Plan *plan, const WantedDatabase *database,
					 const WantedConsumer *wanted, const RunningIndex *index)
{
	const LiveConsumer *held =
		plan_held_link(plan, plan_database_wanted(plan, database), wanted);

	return held ? running_find(index, held->rid, held->provider)
		    : running_find(index, wanted->rid, wanted->provider);
}

/* A consumer's link, as this pass sees it. */
static LinkSeen link_seen(const Found *found, const WantedDatabase *database,
			  const WantedConsumer *consumer, const RunningIndex *index)
{
	return (LinkSeen){
		.found = found,
		.wanted = consumer,
		.running = running_of(&found->report.last.plan, database, consumer, index),
		.now_sec = found_realtime_sec(found),
		.at_sec = monotonic_sec(found),
	};
}

Follow daemon_links_look(DaemonLinks *links, const Found *found, const LinksBefore *before)
{
	const Wanted *wanted = found->report.last.plan.wanted;
	DaemonLinks now = {0};
	Follow follow = {0};

	if (!found->report.has_plan)
		return follow;
	now.pool = pool_new();
	now.items = pool_alloc(now.pool, (n_links(wanted) + 1) * sizeof(*now.items));
	for (size_t i = 0; wanted && i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];
		const char *suffix = pool_strdup(now.pool, database->desired->suffix);
		RunningIndex index;

		running_index(&found->report.last.world.live.runs, suffix, &index);
		for (size_t k = 0; k < database->n_consumers; k++) {
			LinkSeen seen = link_seen(found, database, &database->consumers[k], &index);
			LinkWatch watch;

			seen.suffix = suffix;
			seen.are_few = n_links(wanted) <= FEW_LINKS;
			seen.before = before;
			seen.follow = &follow;
			watch = link_take(&seen, watch_before(links, &seen, now.n_items));
			watch.suffix = suffix;
			if (watch.fallbacks.sent)
				watch.fallbacks.sent = pool_strdup(now.pool, watch.fallbacks.sent);
			now.items[now.n_items++] = watch;
		}
	}
	daemon_links_free(links);
	*links = now;
	return follow;
}

void daemon_links_free(DaemonLinks *links)
{
	pool_free(links->pool);
}
