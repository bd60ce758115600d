/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/copy_health.h"
#include "common/copy/copy_relation.h"

#include <string.h>

#include "common/copy/csn_set.h"
#include "common/health/lost_changes.h"

static const char *const state_names[] = {
	[HEALTH_UNKNOWN] = "unknown", [HEALTH_IN_STEP] = "in step",
	[HEALTH_BEHIND] = "behind",   [HEALTH_DIVERGED] = "diverged",
	[HEALTH_EMPTY] = "empty",     [HEALTH_OTHER] = "other database",
	[HEALTH_OLDER] = "older",
};
_Static_assert(ARRAY_SIZE(state_names) == HEALTH_STATE_COUNT, "name every state of a copy");

const char *health_state_name(HealthState state)
{
	return state_names[state];
}

HealthState health_state_named(const char *name)
{
	for (HealthState state = 0; name && state < HEALTH_STATE_COUNT; state++)
		if (strcmp(state_names[state], name) == 0)
			return state;
	return HEALTH_UNKNOWN;
}

/* --- copies --- */

/* Servers in step have the same values: these are kept once. */
static const char *csn_keep(Pool *pool, const Newest *shared, size_t at, const char *csn)
{
	if (shared && at < shared->n_csns && strcmp(shared->csns[at], csn) == 0)
		return shared->csns[at];
	return pool_strdup(pool, csn);
}

static const char **csns_keep(Pool *pool, const Newest *shared, const char *const *csns, size_t n)
{
	const char **copy = n > 0 ? pool_alloc(pool, n * sizeof(*copy)) : NULL;

	for (size_t i = 0; i < n; i++)
		copy[i] = csn_keep(pool, shared, i, csns[i]);
	return copy;
}

static CopyHealth copy_keep(Pool *pool, const Newest *shared, const CopyHealth *copy)
{
	CopyHealth kept = *copy;

	kept.entry_uuid = pool_strdup(pool, copy->entry_uuid);
	kept.csns = csns_keep(pool, shared, copy->csns, copy->n_csns);
	kept.pending.due = csns_keep(pool, shared, copy->pending.due, copy->pending.n_due);
	kept.lag_text = pool_strdup(pool, copy->lag_text);
	return kept;
}

static CopyHealth copy_unread(unsigned peer_id)
{
	return (CopyHealth){.peer_id = peer_id, .read_sec = -1, .in_step_sec = -1, .lag_msec = -1};
}

/* What one server showed, or what it had when it last did. */
static CopyHealth copy_read(const CopyHealth *before, const Content *content, unsigned peer_id,
			    int64_t now_sec)
{
	CopyHealth copy = copy_unread(peer_id);

	if (before)
		copy = *before;
	if (copy.pending.state == HEALTH_UNKNOWN)
		copy.pending.state = HEALTH_IN_STEP;
	copy.is_current = content->state == CONTENT_READ;
	if (!copy.is_current)
		return copy;
	copy.read_sec = now_sec;
	copy.has_suffix = content->entry.exists;
	copy.entry_uuid = content->entry.uuid;
	copy.csns = content->context_csns;
	copy.n_csns = content->n_context_csns;
	return copy;
}

/* --- lag --- */

/* The change of that server ID which the server is longest known to lack. */
static const char *oldest_missing(const HealthDoubt *pending, const SidLag *behind)
{
	const char *due = csn_newest(pending->due, pending->n_due, behind->sid);
	const bool lacks_due = due && (!behind->have || strcmp(behind->have, due) < 0);

	return lacks_due ? due : behind->newest;
}

/* How old the oldest change is that the server is known to lack: at least, because between two
 * looks older ones may have been made. A server ID that rested for a day and then wrote is no lag
 * of a day. What could not be read now may have come meanwhile: not known. */
static int64_t lag_msec(const Lag *lag, const CopyHealth *copy, int64_t now_sec)
{
	int64_t oldest_msec = 0;

	if (!copy->is_current)
		return -1;
	for (size_t i = 0; i < lag->n_behind; i++) {
		const int64_t made_msec = csn_msec(oldest_missing(&copy->pending, &lag->behind[i]));
		const int64_t age_msec = now_sec * 1000 - made_msec;

		/* Our clock has seconds, and the other's may be ahead of it. */
		if (age_msec > oldest_msec)
			oldest_msec = age_msec;
	}
	return lag->n_behind > 0 && oldest_msec == 0 ? 1 : oldest_msec;
}

static bool has_all(const CopyHealth *copy, const Newest *newest)
{
	if (copy->n_csns != newest->n_csns)
		return false;
	for (size_t i = 0; i < copy->n_csns; i++)
		if (strcmp(copy->csns[i], newest->csns[i]) != 0)
			return false;
	return true;
}

static Lag copy_lag(Pool *pool, const CopyHealth *copy, const Newest *newest)
{
	return has_all(copy, newest) ? (Lag){0}
				     : lag_measure(pool, newest, copy->csns, copy->n_csns);
}

static void due_set(Pool *pool, HealthDoubt *pending, const Lag *lag, int64_t now_sec)
{
	pending->due = NULL;
	pending->n_due = 0;
	for (size_t i = 0; i < lag->n_behind; i++)
		POOL_PUSH(pool, pending->due, pending->n_due, lag->behind[i].newest);
	pending->since_sec = now_sec;
}

/* --- what one copy looks like --- */

/* The trouble that this look shows; HEALTH_IN_STEP: none. */
static HealthState trouble_of(const CopyHealth *copy, const CopyHealth *here, bool others_have,
			      const Lag *lag)
{
	if (!copy->has_suffix)
		return others_have ? HEALTH_EMPTY : HEALTH_IN_STEP;
	if (copy_identity(copy->entry_uuid, here->entry_uuid) == COPY_IS_OTHER)
		return HEALTH_OTHER;
	return lag->n_behind > 0 ? HEALTH_BEHIND : HEALTH_IN_STEP;
}

/* A server that has by now what it lacked before goes on as it should. */
static bool is_the_same_trouble(const CopyHealth *copy, HealthState trouble)
{
	return copy->pending.state == trouble &&
	       (trouble != HEALTH_BEHIND ||
		!csn_covers(copy->csns, copy->n_csns, copy->pending.due, copy->pending.n_due));
}

static int64_t tolerance_sec(const HealthDoubt *pending)
{
	return HEALTH_TOLERANCE_SEC + (pending->state == HEALTH_BEHIND ? pending->patience_sec : 0);
}

static void copy_judge(Pool *pool, CopyHealth *copy, HealthState trouble, const Lag *lag,
		       int64_t now_sec)
{
	if (trouble == HEALTH_IN_STEP) {
		copy->state = copy->pending.state = HEALTH_IN_STEP;
		copy->pending.n_due = 0;
		return;
	}
	/* A clock that was set back begins anew. */
	if (!is_the_same_trouble(copy, trouble) || now_sec < copy->pending.since_sec) {
		copy->pending.state = trouble;
		due_set(pool, &copy->pending, lag, now_sec);
		copy->state = HEALTH_IN_STEP;
	}
	if (now_sec - copy->pending.since_sec >= tolerance_sec(&copy->pending))
		copy->state = trouble;
}

static bool any_has_suffix(const DatabaseHealth *health)
{
	bool has = health->here.read_sec >= 0 && health->here.has_suffix;

	for (size_t i = 0; i < health->n_peers; i++)
		has = has || (health->peers[i].read_sec >= 0 && health->peers[i].has_suffix);
	return has;
}

static void copy_look(Pool *pool, const DatabaseHealth *health, const Newest *newest,
		      CopyHealth *copy)
{
	const int64_t now_sec = health->looked_sec;
	Lag lag;

	if (copy->read_sec < 0)
		return;
	lag = copy_lag(pool, copy, newest);
	if (copy->is_current) {
		if (lag.n_behind == 0)
			copy->in_step_sec = now_sec;
		copy_judge(pool, copy,
			   trouble_of(copy, &health->here, any_has_suffix(health), &lag), &lag,
			   now_sec);
	}
	copy->lag_msec = lag_msec(&lag, copy, now_sec);
	copy->lag_text = lag_describe(pool, &lag);
}

/* Each lacks what the other one has, for longer than a change is on its way. */
static bool is_diverged(const CopyHealth *here, const CopyHealth *peer)
{
	return here->state == HEALTH_BEHIND && peer->state == HEALTH_BEHIND && peer->is_current &&
	       !csn_covers(here->csns, here->n_csns, peer->csns, peer->n_csns) &&
	       !csn_covers(peer->csns, peer->n_csns, here->csns, here->n_csns);
}

/* --- the look --- */

static const CopyHealth *peer_before(const DatabaseHealth *before, unsigned peer_id, size_t at)
{
	if (before && at < before->n_peers && before->peers[at].peer_id == peer_id)
		return &before->peers[at];
	for (size_t i = 0; before && i < before->n_peers; i++)
		if (before->peers[i].peer_id == peer_id)
			return &before->peers[i];
	return NULL;
}

static bool is_among(unsigned sid, const unsigned *ids, size_t n_ids)
{
	for (size_t i = 0; i < n_ids; i++)
		if (ids[i] == sid)
			return true;
	return false;
}

static void sids_look(Pool *pool, const HealthLook *look, const Newest *newest,
		      DatabaseHealth *health)
{
	for (size_t i = 0; i < newest->n_csns; i++) {
		const unsigned sid = (unsigned)csn_sid(newest->csns[i]);

		POOL_PUSH(pool, health->sids, health->n_sids,
			  {.sid = sid,
			   .newest = newest->csns[i],
			   .here = csn_newest(health->here.csns, health->here.n_csns, sid),
			   .is_retired = sid != 0 && !is_among(sid, look->ids, look->n_ids),
			   .is_listed = is_among(sid, look->retired, look->n_retired)});
	}
}

static Newest newest_of(Pool *pool, const DatabaseHealth *health)
{
	Newest newest = {0};

	newest_add(pool, &newest, health->here.csns, health->here.n_csns);
	for (size_t i = 0; i < health->n_peers; i++)
		newest_add(pool, &newest, health->peers[i].csns, health->peers[i].n_csns);
	return newest;
}

/* Nothing of the look or of what was known before is borrowed any more. */
static void health_keep(Pool *pool, DatabaseHealth *health)
{
	SidHealth *sids = pool_alloc(pool, (health->n_sids + 1) * sizeof(*sids));
	Newest newest = {0};

	health->suffix = pool_strdup(pool, health->suffix);
	health->missing = pool_strdup(pool, health->missing);
	for (size_t i = 0; i < health->n_sids; i++) {
		sids[i] = health->sids[i];
		sids[i].newest = pool_strdup(pool, sids[i].newest);
		sids[i].here = pool_strdup(pool, sids[i].here);
		POOL_PUSH(pool, newest.csns, newest.n_csns, sids[i].newest);
	}
	health->sids = sids;
	health->here = copy_keep(pool, &newest, &health->here);
	for (size_t i = 0; i < health->n_peers; i++)
		health->peers[i] = copy_keep(pool, &newest, &health->peers[i]);
}

/* slapd merges two databases that were made apart without a word, and the suffix entry that
 * was changed last stays. */
static bool was_replaced(const DatabaseHealth *before, const DatabaseHealth *health)
{
	return before && health->here.is_current &&
	       copy_identity(before->here.entry_uuid, health->here.entry_uuid) == COPY_IS_OTHER;
}

DatabaseHealth health_look(Pool *pool, const DatabaseHealth *before, const HealthLook *look)
{
	AUTO(Pool) *scratch = pool_new();
	DatabaseHealth health = {
		.suffix = look->suffix,
		.looked_sec = look->now_sec,
		.here = copy_read(before ? &before->here : NULL, look->here, look->our_id,
				  look->now_sec),
		.peers = pool_alloc(pool, (look->n_peers + 1) * sizeof(*health.peers)),
		.n_peers = look->n_peers,
		.old = look->old.is_known || !before ? look->old : before->old,
		.replaced_sec = before ? before->replaced_sec : 0,
	};
	Newest newest;

	health.here.pending.patience_sec = look->here_interval_sec;
	for (size_t i = 0; i < look->n_peers; i++) {
		const unsigned id = look->peers[i].peer_id;

		health.peers[i] =
			copy_read(peer_before(before, id, i), &look->peers[i], id, look->now_sec);
		health.peers[i].pending.patience_sec =
			look->interval_secs ? look->interval_secs[i] : 0;
	}
	newest = newest_of(scratch, &health);
	copy_look(scratch, &health, &newest, &health.here);
	for (size_t i = 0; i < look->n_peers; i++) {
		copy_look(scratch, &health, &newest, &health.peers[i]);
		if (look->links_up[i] && is_diverged(&health.here, &health.peers[i]))
			health.peers[i].state = HEALTH_DIVERGED;
	}
	if (!look->is_joining && was_replaced(before, &health))
		health.replaced_sec = look->now_sec;
	if (!look->is_consumer)
		own_changes_judge(before, look->our_id, look->is_joining, &health);
	sids_look(scratch, look, &newest, &health);
	health_keep(pool, &health);
	return health;
}

static bool is_on_its_way(const CopyHealth *copy, int64_t now_sec)
{
	return copy->pending.state == HEALTH_BEHIND &&
	       ((copy->lag_msec >= 0 && copy->lag_msec < tolerance_sec(&copy->pending) * 1000) ||
		now_sec < copy->pending.since_sec + copy->pending.patience_sec);
}

static bool copy_is_in_doubt(const CopyHealth *copy, int64_t now_sec)
{
	return copy->is_current && copy->pending.state != HEALTH_IN_STEP &&
	       copy->state == HEALTH_IN_STEP && !is_on_its_way(copy, now_sec);
}

bool health_is_in_doubt(const DatabaseHealth *health)
{
	bool is_in_doubt = copy_is_in_doubt(&health->here, health->looked_sec) || health->missing;

	for (size_t i = 0; i < health->n_peers; i++)
		is_in_doubt =
			is_in_doubt || copy_is_in_doubt(&health->peers[i], health->looked_sec);
	return is_in_doubt;
}

DatabaseHealth health_of_peers(Pool *pool, const DatabaseHealth *health, const unsigned *peer_ids,
			       size_t n_peers)
{
	DatabaseHealth ordered = *health;

	ordered.peers = pool_alloc(pool, (n_peers + 1) * sizeof(*ordered.peers));
	ordered.n_peers = n_peers;
	for (size_t i = 0; i < n_peers; i++) {
		const CopyHealth *known = peer_before(health, peer_ids[i], i);

		ordered.peers[i] = known ? *known : copy_unread(peer_ids[i]);
	}
	return ordered;
}

void health_resolve_missing(DatabaseHealth *health)
{
	health->missing = NULL;
	health->missing_sec = 0;
	health->has_missing_for_sure = false;
	health->replaced_sec = 0;
	if (health->here.state == HEALTH_OLDER)
		health->here.state = HEALTH_IN_STEP;
}

bool copy_is_unjudged(const CopyHealth *copy)
{
	return copy->state == HEALTH_IN_STEP && copy->is_current &&
	       copy->lag_msec >= HEALTH_TOLERANCE_SEC * 1000;
}

const char *copy_state_text(const CopyHealth *copy)
{
	return copy_is_unjudged(copy) ? "in step, unless this lag lasts"
				      : health_state_name(copy->state);
}
