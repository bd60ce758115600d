/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_health.h"

#include <string.h>

#include "agent/ldap/oldest_entries.h"
#include "agent/look/look.h"
#include "common/base/text.h"
#include "common/copy/stamps.h"
#include "common/decide/copy_doubted.h"
#include "common/draft/healing.h"
#include "common/health/health_again.h"
#include "common/tell/told_health.h"

/* What a pass knows of one database when a round of probes is over. */
typedef struct HealthSeen {
	const Found *found;
	const WantedDatabase *database;
	const LinkWatch *links; /* of its consumers, in their order */
	size_t n_links;
	int64_t round_sec; /* when the last round ended */
} HealthSeen;

const DatabaseHealth *daemon_health_of(const DaemonHealth *health, const char *suffix)
{
	for (size_t i = 0; i < health->n_items; i++)
		if (strcmp(health->items[i].suffix, suffix) == 0)
			return &health->items[i];
	return NULL;
}

/* --- looking --- */

/* Those that the last round did not ask are not known now. */
static const Content *peers_read(Pool *pool, const HealthSeen *seen)
{
	const WantedDatabase *database = seen->database;
	const LinkProbes *probes = seen->found->before.answers;
	Content *peers = pool_alloc(pool, (database->n_consumers + 1) * sizeof(*peers));

	for (size_t i = 0; i < database->n_consumers; i++) {
		const unsigned id = database->consumers[i].peer->id;
		const LinkProbe *found =
			link_probe_find(probes, database->desired->suffix, id, NULL);

		peers[i] = (Content){.peer_id = id};
		if (found && found->at_sec >= seen->round_sec - 1)
			peers[i] = probe_content(&found->probe);
		peers[i].peer_id = id;
	}
	return peers;
}

static const bool *links_up(Pool *pool, const HealthSeen *seen)
{
	bool *up = pool_alloc(pool, (seen->n_links + 1) * sizeof(*up));

	for (size_t i = 0; i < seen->n_links; i++)
		up[i] = !seen->links[i].is_down && seen->links[i].doubt_sec < 0;
	return up;
}

/* How long a change from here may be on its way to each peer, and the longest from any to here. */
static const int64_t *intervals(Pool *pool, const HealthSeen *seen, int64_t *ret_longest_sec)
{
	const WantedDatabase *database = seen->database;
	const Peer *self = seen->found->inputs.wanted.self;
	int64_t *secs = pool_alloc(pool, (database->n_consumers + 1) * sizeof(*secs));

	*ret_longest_sec = 0;
	for (size_t i = 0; i < database->n_consumers; i++) {
		const Peer *peer = database->consumers[i].peer;
		const int64_t sec = desired_interval_sec(database->desired, peer, self);

		secs[i] = desired_interval_sec(database->desired, self, peer);
		*ret_longest_sec = sec > *ret_longest_sec ? sec : *ret_longest_sec;
	}
	return secs;
}

/* Server IDs of the nodes that write under them. */
static const unsigned *server_ids(Pool *pool, const Found *found, size_t *ret_n)
{
	const Desired *desired = found->inputs.file.desired;
	unsigned *ids = pool_alloc(pool, (desired->n_peers + 1) * sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].role == PEER_PROVIDER)
			ids[n++] = desired->peers[i].id;
	*ret_n = n;
	return ids;
}

static const unsigned *retired_ids(Pool *pool, const Desired *desired)
{
	unsigned *ids = pool_alloc(pool, (desired->n_retired + 1) * sizeof(*ids));

	for (size_t i = 0; i < desired->n_retired; i++)
		ids[i] = desired->retired[i].id;
	return ids;
}

/* Peers were read before here: what one of them had must be here. */
static DatabaseHealth database_look(const DaemonHealth *health, const HealthSeen *seen, Pool *pool)
{
	AUTO(Pool) *scratch = pool_new();
	const Found *found = seen->found;
	const char *suffix = seen->database->desired->suffix;
	const Content here =
		world_content_here(found->directory, scratch, &found->report.last.world, suffix);
	int64_t longest_sec;
	size_t n_ids;
	const unsigned *ids = server_ids(scratch, found, &n_ids);
	const int64_t *interval_secs = intervals(scratch, seen, &longest_sec);
	const HealthLook look = {
		.suffix = suffix,
		.our_id = found->inputs.wanted.self->id,
		.is_consumer = peer_is_consumer(found->inputs.wanted.self),
		/* It is empty or behind by itself then, and G10 says more. */
		.is_joining = plan_doubts_copy(&found->report.last.plan.held, suffix),
		.here = &here,
		.peers = peers_read(scratch, seen),
		.links_up = links_up(scratch, seen),
		.interval_secs = interval_secs,
		.here_interval_sec = longest_sec,
		.n_peers = seen->database->n_consumers,
		.ids = ids,
		.n_ids = n_ids,
		.retired = retired_ids(scratch, found->inputs.file.desired),
		.n_retired = found->inputs.file.desired->n_retired,
		.now_sec = found_realtime_sec(found),
		.old = oldest_entries_look(found->directory, suffix),
	};

	return health_look(pool, daemon_health_of(health, suffix), &look);
}

static int64_t round_sec(const LinkProbes *probes)
{
	int64_t newest = -1;

	for (size_t i = 0; i < probes->n_items; i++)
		if (probes->items[i].at_sec > newest)
			newest = probes->items[i].at_sec;
	return newest;
}

/* The last round asked only some of them: what was known of the others is better than nothing. */
static bool knows_more(const DatabaseHealth *known, const Found *found, int64_t newest_sec)
{
	const int64_t now_sec = found_realtime_sec(found);

	for (size_t i = 0; i < known->n_peers; i++) {
		const LinkProbe *answer = link_probe_find(found->before.answers, known->suffix,
							  known->peers[i].peer_id, NULL);

		if (known->peers[i].is_current && answer && answer->at_sec < newest_sec - 1 &&
		    now_sec - answer->at_sec <= found->context.rhythm.probe_interval_sec)
			return true;
	}
	return false;
}

static bool is_partial(const DaemonHealth *health, const Found *found)
{
	const int64_t newest_sec = round_sec(found->before.answers);

	for (size_t i = 0; i < health->n_items; i++)
		if (knows_more(&health->items[i], found, newest_sec))
			return true;
	return false;
}

static void look(DaemonHealth *health, const Found *found, const DaemonLinks *links, Asks *asks)
{
	const Wanted *wanted = found->report.last.plan.wanted;
	DaemonHealth now = {.pool = pool_new()};
	int64_t soonest_sec = -1;
	size_t at = 0;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		const HealthSeen seen = {
			.found = found,
			.database = &wanted->databases[i],
			.links = links->items + at,
			.n_links = wanted->databases[i].n_consumers,
			.round_sec = round_sec(found->before.answers),
		};
		const DatabaseHealth item = database_look(health, &seen, now.pool);

		const int64_t again_sec = health_again_sec(&item);

		if (again_sec >= 0 && (soonest_sec < 0 || again_sec < soonest_sec))
			soonest_sec = again_sec;
		POOL_PUSH(now.pool, now.items, now.n_items, item);
		at += seen.n_links;
	}
	daemon_health_free(health);
	*health = now;
	if (soonest_sec >= 0)
		asks_hurry(asks, found_now_usec(found) + (uint64_t)soonest_sec * 1000000ULL);
}

/* --- what lasts --- */

/* A person looked into what lasts. */
static bool is_resumed(const Found *found)
{
	return found->has_order && !found->report.is_paused;
}

/* The order of the peers in peers.json may have changed since, and so may the peers. What lasts of
 * those that are still in it does not end by that, nor does what lasts of this node's own copy. */
static DatabaseHealth health_now(Pool *pool, const DatabaseHealth *known,
				 const WantedDatabase *database)
{
	unsigned *ids = pool_alloc(pool, (database->n_consumers + 1) * sizeof(*ids));

	for (size_t i = 0; i < database->n_consumers; i++)
		ids[i] = database->consumers[i].peer->id;
	return health_of_peers(pool, known, ids, database->n_consumers);
}

static void entries_add(const Found *found, const WantedDatabase *database,
			const DatabaseHealth *known, ConditionList *ret)
{
	const char *suffix = database->desired->suffix;
	const char *ahead =
		stamp_ahead_text(found->pool, suffix, known->old.latest, found_realtime_sec(found));

	if (known->old.are_there)
		health_entries_condition(found->pool, "old-entries", suffix,
					 healing_advice(found->pool, found->report.last.plan.wanted,
							database, known->old.sid),
					 ret);
	if (ahead)
		health_entries_condition(found->pool, "ahead-of-time", suffix, ahead, ret);
	if (known->old.n_unstamped > 0)
		health_entries_condition(
			found->pool, "unstamped-entries", suffix,
			stamp_missing_text(found->pool, suffix, known->old.n_unstamped), ret);
}

static void database_add(const DaemonHealth *all, const Found *found,
			 const WantedDatabase *database, ConditionList *ret)
{
	const char *suffix = database->desired->suffix;
	const DatabaseHealth *known = daemon_health_of(all, suffix);
	DatabaseHealth health;
	const char **uris;

	if (!known)
		return;
	uris = pool_alloc(found->pool, (database->n_consumers + 1) * sizeof(*uris));
	for (size_t i = 0; i < database->n_consumers; i++)
		uris[i] = database->consumers[i].peer->uri;
	health = health_now(found->pool, known, database);
	if (plan_doubts_copy(&found->report.last.plan.held, suffix))
		health.here.state = HEALTH_UNKNOWN;
	health_conditions(found->pool, &health, uris, ret);
	if (known->replaced_sec > 0)
		health_replaced_condition(found->pool, known, ret);
	else if (!is_resumed(found))
		health_replaced_carry(found->pool, found->before.told, suffix, ret);
	if (database->n_consumers > 0)
		entries_add(found, database, known, ret);
}

/* Of an earlier daemon's findings nothing is known before the first round is over. */
static void carry(const Found *found, ConditionList *ret)
{
	for (size_t i = 0; i < found->before.told->n_items; i++)
		if (health_is_condition(&found->before.told->items[i]) &&
		    !(is_resumed(found) && health_lasts(&found->before.told->items[i])))
			condition_add(found->pool, ret, found->before.told->items[i]);
}

/* As long as there are any each pass looks: a heal ends that, and writes to cn=config. */
static void old_look_again(DaemonHealth *health, const Found *found)
{
	for (size_t i = 0; i < health->n_items; i++) {
		OldEntries now;

		if (!health->items[i].old.are_there && health->items[i].old.n_unstamped == 0)
			continue;
		now = oldest_entries_look(found->directory, health->items[i].suffix);
		if (now.is_known)
			health->items[i].old = now;
	}
}

static bool is_bare(bool has_suffix, size_t n_csns)
{
	return !has_suffix || n_csns == 0;
}

/* The pass after slapd's start sees it, whether or not peers were asked yet. */
static void restored_add(const Found *found, const char *suffix, ConditionList *ret)
{
	const Plan *plan = &found->report.last.plan;

	if (text_is_among(suffix, plan->copies.written, plan->copies.n_written))
		health_restored_condition(found->pool, suffix, ret);
	else if (!is_resumed(found))
		health_restored_carry(found->pool, found->before.told, suffix, ret);
}

/* Between two rounds somebody may give the database another folder, or load it anew, or let it be
 * read again: what was reported of its copy no longer holds. One search each interval; of a copy
 * that could not be read one each pass. */
static void between_look(const DaemonHealth *health, const Found *found, Asks *asks)
{
	for (size_t i = 0; i < health->n_items; i++) {
		const CopyHealth *then = &health->items[i].here;
		Content now;

		if (then->is_current && !found_is_caused_by(found, TRIGGER_TIMER))
			continue;
		now = world_content_here(found->directory, found->pool, &found->report.last.world,
					 health->items[i].suffix);
		if (now.state == CONTENT_READ &&
		    (!then->is_current || is_bare(then->has_suffix, then->n_csns) !=
						  is_bare(now.entry.exists, now.n_context_csns)))
			asks_hurry(asks, found_now_usec(found));
	}
}

Follow daemon_health_look(DaemonHealth *health, const Found *found, const DaemonLinks *links)
{
	const Wanted *wanted = found->report.last.plan.wanted;
	Follow follow = {0};

	/* What was seen once would grow old for ever. */
	if (!found->context.rhythm.probes) {
		daemon_health_free(health);
		*health = (DaemonHealth){0};
	}
	if (!found->report.has_plan || !wanted || !found->context.rhythm.probes)
		return follow;
	if (is_resumed(found))
		for (size_t i = 0; i < health->n_items; i++)
			health_resolve_missing(&health->items[i]);
	if (found_is_caused_by(found, TRIGGER_PROBE) && !is_partial(health, found))
		look(health, found, links, &follow.asks);
	else
		old_look_again(health, found);
	between_look(health, found, &follow.asks);
	for (size_t i = 0; i < wanted->n_databases; i++)
		restored_add(found, wanted->databases[i].desired->suffix, &follow.lasting);
	if (health->n_items == 0)
		carry(found, &follow.lasting);
	else
		for (size_t i = 0; i < wanted->n_databases; i++)
			database_add(health, found, &wanted->databases[i], &follow.lasting);
	return follow;
}

void daemon_health_free(DaemonHealth *health)
{
	pool_free(health->pool);
}
