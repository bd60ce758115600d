/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/draft/old_tls.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/status/finding_end.h"

#define RID_MAX 999 /* slapd takes three digits */

static const char *const link_state_names[] = {
	[LINK_UNKNOWN] = "unknown",       [LINK_MISSING] = "not running", [LINK_DOWN] = "down",
	[LINK_REFRESHING] = "refreshing", [LINK_WAITING] = "waiting",     [LINK_UP] = "up",
};
_Static_assert(ARRAY_SIZE(link_state_names) == LINK_STATE_COUNT, "name every state of a link");

static const char *const pass_outcome_names[] = {
	[PASS_SETTLED] = "settled", [PASS_SOON] = "soon",     [PASS_AWAY] = "away",
	[PASS_UNSEEN] = "unseen",   [PASS_DENIED] = "denied", [PASS_REFUSED] = "refused",
	[PASS_BUSY] = "busy",
};
_Static_assert(ARRAY_SIZE(pass_outcome_names) == PASS_OUTCOME_COUNT, "name every outcome");

LinkState status_link_state(const StatusPeer *peer)
{
	if (peer->is_running != CLAIM_YES)
		return peer->is_running == CLAIM_NO ? LINK_MISSING : LINK_UNKNOWN;
	if (!peer->is_connected)
		return peer->reads_at_intervals && peer->last_contact_sec >= 0 &&
				       peer->last_contact_sec >= peer->last_connect_sec
			       ? LINK_WAITING
			       : LINK_DOWN;
	return peer->is_persistent ? LINK_UP : LINK_REFRESHING;
}

bool link_state_works(LinkState state)
{
	return state == LINK_UP || state == LINK_REFRESHING || state == LINK_WAITING;
}

const char *link_state_name(LinkState state)
{
	return link_state_names[state];
}

const char *pass_outcome_name(PassOutcome outcome)
{
	return pass_outcome_names[outcome];
}

const Condition *status_condition(const Status *status, ConditionKind kind, const char *key)
{
	const Condition *found = NULL;

	for (size_t i = 0; i < status->conditions.n_items; i++) {
		const Condition *condition = &status->conditions.items[i];

		if (condition->kind == kind && (!key || strcmp(condition->key, key) == 0) &&
		    (!found || condition->since_sec < found->since_sec))
			found = condition;
	}
	return found;
}

size_t status_count(const Status *status, ConditionKind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < status->conditions.n_items; i++)
		n += status->conditions.items[i].kind == kind;
	return n;
}

bool status_is_seen(const Status *status)
{
	return status->is_slapd_up == CLAIM_YES;
}

bool status_knows_count(const Status *status, ConditionKind kind)
{
	return status->looked_sec >= 0 &&
	       (status_is_seen(status) || status_count(status, kind) > 0);
}

bool status_is_only_late(const Condition *condition)
{
	return condition->kind == CONDITION_TROUBLE &&
	       (strcmp(condition->key, "status") == 0 || strcmp(condition->key, "watch") == 0);
}

static bool condition_is_ill(const Condition *condition)
{
	return condition_is_of_this_node(condition) &&
	       (condition->kind != CONDITION_FINDING || condition->is_critical ||
		!finding_end_is_heard(condition->code));
}

/* A refresh ends, or breaks off: a consumer whose database is full begins one after another. */
static bool peer_is_unsettled(const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	return peer->is_down || state == LINK_REFRESHING ||
	       (state != LINK_UNKNOWN && !link_state_works(state));
}

size_t status_count_unsettled(const Status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->conditions.n_items; i++)
		n += condition_is_ill(&status->conditions.items[i]);
	for (size_t i = 0; i < status->n_databases; i++)
		for (size_t k = 0; k < status->databases[i].n_peers; k++)
			n += peer_is_unsettled(&status->databases[i].peers[k]);
	for (size_t i = 0; i < status->fleets.n_items; i++)
		n += fleet_count_ill(&status->fleets.items[i], status->last_pass.ended_sec);
	return n;
}

size_t status_count_links(const Status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->n_databases; i++)
		n += status->databases[i].n_peers;
	return n;
}

void status_take_links(const LinkWatch *links, size_t n_links, Status *status)
{
	size_t at = 0;

	for (size_t i = 0; i < status->n_databases; i++)
		for (size_t k = 0; k < status->databases[i].n_peers && at < n_links; k++, at++) {
			StatusPeer *peer = &status->databases[i].peers[k];

			peer->was_seen = links[at].was_up;
			peer->is_down = links[at].is_down;
		}
}

void status_take_probes(const LinkProbes *probes, Status *status)
{
	for (size_t i = 0; i < status->n_databases; i++)
		for (size_t k = 0; k < status->databases[i].n_peers; k++) {
			StatusPeer *peer = &status->databases[i].peers[k];
			const LinkProbe *last = link_probe_find(probes, status->databases[i].suffix,
								peer->id, NULL);

			peer->is_unasked = last && link_probe_is_beyond_us(last);
			peer->certificate_end_sec = last && last->probe.certificate_end_sec > 0
							    ? last->probe.certificate_end_sec
							    : -1;
			peer->log_oldest_sec = last && last->probe.log_oldest_sec > 0
						       ? last->probe.log_oldest_sec
						       : -1;
			peer->has_clock = last && last->probe.has_clock;
			peer->clock_ahead_sec = peer->has_clock ? last->probe.clock_ahead_sec : 0;
		}
}

void status_without_probes(Status *status)
{
	for (size_t i = 0; i < status->n_databases; i++)
		for (size_t k = 0; k < status->databases[i].n_peers; k++)
			status->databases[i].peers[k].is_unasked = true;
}

void status_take_health(const DatabaseHealth *health, size_t n_health, Status *status)
{
	for (size_t i = 0; i < status->n_databases; i++) {
		StatusDatabase *database = &status->databases[i];

		database->health = NULL;
		for (size_t k = 0; k < n_health; k++)
			if (strcmp(health[k].suffix, database->suffix) == 0)
				database->health = &health[k];
	}
}

/* --- looking --- */

static const StatusDatabase *database_before(const Status *status, const char *suffix)
{
	for (size_t i = 0; i < status->n_databases; i++)
		if (strcmp(status->databases[i].suffix, suffix) == 0)
			return &status->databases[i];
	return NULL;
}

/* at is where it would stand when nothing was added to or removed from the list. */
static const StatusPeer *peer_before(const StatusDatabase *database, unsigned id, size_t at)
{
	if (database && at < database->n_peers && database->peers[at].id == id)
		return &database->peers[at];
	for (size_t i = 0; database && i < database->n_peers; i++)
		if (database->peers[i].id == id)
			return &database->peers[i];
	return NULL;
}

/* NULL for what belongs to the server itself. */
static Claim in_step(const Plan *left, const char *suffix)
{
	size_t at_change = 0, at_hold = 0;

	return change_next_told(left, suffix, &at_change) ||
			       hold_next_told(&left->held, suffix, &at_hold)
		       ? CLAIM_NO
		       : CLAIM_YES;
}

/* Of a link whose change is held: as it goes on. */
static StatusPeer peer_look(Pool *pool, const LiveConsumer *held, const WantedConsumer *wanted,
			    const RunningIndex *index)
{
	const RunningConsumer *running =
		!index ? NULL
		: held ? running_find(index, held->rid, held->provider)
		       : running_find(index, wanted->rid, wanted->provider);
	StatusPeer peer = {
		.id = wanted->peer->id,
		.uri = pool_strdup(pool, held ? held->syncrepl.value[SYNCREPL_PROVIDER]
					      : wanted->peer->uri),
		.rid = held ? held->rid : wanted->rid,
		.last_contact_sec = -1,
		.last_connect_sec = -1,
		.next_connect_sec = -1,
		.certificate_end_sec = -1,
	};

	if (!index)
		return peer;
	peer.is_running = CLAIM_NO;
	if (!running)
		return peer;
	peer.is_running = CLAIM_YES;
	peer.reads_at_intervals = syncrepl_is_refresh_only(&wanted->syncrepl);
	peer.is_connected = running->is_connected;
	peer.is_persistent = running->is_persistent;
	peer.last_contact_sec = timestamp_of_generalized(running->last_contact);
	peer.last_connect_sec = timestamp_of_generalized(running->last_connect);
	peer.next_connect_sec = timestamp_of_generalized(running->next_connect);
	return peer;
}

static bool is_up(const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	return state == LINK_UP || (peer->reads_at_intervals && link_state_works(state));
}

/* What one pass left and saw. */
typedef struct PassSeen {
	const Plan *left;
	const Live *live;
	int64_t now_sec;
} PassSeen;

static void peers_look(Pool *pool, const WantedDatabase *wanted, const PassSeen *seen,
		       const StatusDatabase *before, StatusDatabase *database)
{
	const DatabasePlan *plan = plan_database_wanted(seen->left, wanted);
	RunningIndex index;

	running_index(&seen->live->runs, database->suffix, &index);
	database->peers = pool_alloc(pool, wanted->n_consumers * sizeof(*database->peers));
	database->n_peers = wanted->n_consumers;
	for (size_t i = 0; i < wanted->n_consumers; i++) {
		StatusPeer *peer = &database->peers[i];
		const StatusPeer *old;

		*peer = peer_look(pool, plan_held_link(seen->left, plan, &wanted->consumers[i]),
				  &wanted->consumers[i], seen->live->runs.is_known ? &index : NULL);
		old = peer_before(before, peer->id, i);
		peer->since_sec = old && is_up(old) == is_up(peer) &&
						  (old->is_running == CLAIM_UNKNOWN) ==
							  (peer->is_running == CLAIM_UNKNOWN)
					  ? old->since_sec
					  : seen->now_sec;
	}
}

static int64_t since(const StatusDatabase *before, Claim is_in_step, int64_t now_sec)
{
	return before && before->is_in_step == is_in_step ? before->since_sec : now_sec;
}

void status_look(Pool *pool, const Plan *left, const Live *live, int64_t now_sec, Status *status)
{
	const PassSeen seen = {left, live, now_sec};
	StatusDatabase *databases = NULL;
	size_t n_databases = 0;

	for (size_t i = 0; left->wanted && i < left->wanted->n_databases; i++) {
		const WantedDatabase *wanted = &left->wanted->databases[i];
		const char *suffix = wanted->desired->suffix;
		const StatusDatabase *before = database_before(status, suffix);
		const LiveDatabase *found = NULL;
		StatusDatabase database = {
			.suffix = pool_strdup(pool, suffix),
			.is_in_step = in_step(left, suffix),
			.n_not_read = wanted->n_others,
			.n_leaves = wanted->n_leaves,
		};

		database.since_sec = since(before, database.is_in_step, now_sec);
		if (live_find_database(live, suffix, &found) > 0) {
			database.dn = pool_strdup(pool, found->entry->dn);
			database.is_multi_provider = found->is_multi_provider;
		}
		peers_look(pool, wanted, &seen, before, &database);
		for (size_t k = 0; left->n_old_tls > 0 && k < database.n_peers; k++)
			database.peers[k].has_old_tls_files =
				old_tls_has(left, &wanted->consumers[k]);
		POOL_PUSH(pool, databases, n_databases, database);
	}
	status->databases = databases;
	status->n_databases = n_databases;
	status->is_server_in_step = in_step(left, NULL);
	status->looked_sec = now_sec;
}

static StatusDatabase database_copy(Pool *pool, const StatusDatabase *database)
{
	StatusDatabase copy = *database;

	copy.suffix = pool_strdup(pool, database->suffix);
	copy.dn = pool_strdup(pool, database->dn);
	copy.peers = pool_alloc(pool, database->n_peers * sizeof(*copy.peers));
	for (size_t i = 0; i < database->n_peers; i++) {
		copy.peers[i] = database->peers[i];
		copy.peers[i].uri = pool_strdup(pool, database->peers[i].uri);
	}
	return copy;
}

void status_keep(Pool *pool, Status *status)
{
	StatusDatabase *databases = NULL;
	size_t n_databases = 0;

	for (size_t i = 0; i < status->n_databases; i++)
		POOL_PUSH(pool, databases, n_databases, database_copy(pool, &status->databases[i]));
	status->databases = databases;
}

void status_look_failed(Pool *pool, int64_t now_sec, Status *status)
{
	status_keep(pool, status);
	status->is_server_in_step = CLAIM_UNKNOWN;
	for (size_t i = 0; i < status->n_databases; i++) {
		StatusDatabase *database = &status->databases[i];

		database->since_sec = since(database, CLAIM_UNKNOWN, now_sec);
		database->is_in_step = CLAIM_UNKNOWN;
		for (size_t k = 0; k < database->n_peers; k++) {
			if (database->peers[k].is_running != CLAIM_UNKNOWN)
				database->peers[k].since_sec = now_sec;
			database->peers[k].is_running = CLAIM_UNKNOWN;
		}
	}
}
