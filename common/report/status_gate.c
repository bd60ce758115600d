/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/status_gate.h"

#include <string.h>

#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/health/copy_health.h"

static Gate waits(const char *what)
{
	return (Gate){GATE_WAITING, what};
}

static bool is_open(const Gate *gate)
{
	return gate->state == GATE_OPEN;
}

static Gate judge_daemon(Pool *pool, const Status *status, const StatusLife *life)
{
	const int64_t age_sec = life->now_sec - status->written_sec;

	if (life->is_running != CLAIM_YES)
		return waits("the daemon does not run");
	if (status_is_stale(status, life->now_sec))
		return waits(pool_printf(pool, "the daemon has reported nothing for %s",
					 duration_print(pool, age_sec)));
	if (status->last_pass.number == 0 || status->looked_sec < 0)
		return waits("the daemon has not looked yet");
	return (Gate){GATE_OPEN};
}

/* Why a revision that is tried elsewhere first is not in force; NULL: that is not why. */
static const char *rollout_waits(const Status *status)
{
	for (size_t i = 0; i < status->conditions.n_items; i++) {
		const Condition *condition = &status->conditions.items[i];

		if (condition->kind == CONDITION_HOLD &&
		    text_equal(condition->code, guard_code(GUARD_ROLLOUT)))
			return condition->what ? condition->what : condition->text;
	}
	return NULL;
}

static Gate judge_revision(Pool *pool, const Status *status, const GateAsked *asked)
{
	const char *rollout;

	if (!status->has_desired || !status->sha256 || strcmp(status->sha256, asked->sha256) != 0 ||
	    status->last_pass.ended_sec < asked->mtime_sec) {
		rollout = rollout_waits(status);
		return rollout ? (Gate){GATE_HELD, pool_printf(pool, "held: %s", rollout)}
			       : waits("this peers.json is not in force yet");
	}
	if (status->is_slapd_up != CLAIM_YES)
		return waits("slapd does not answer");
	if (status->success_sec < status->last_pass.ended_sec)
		return waits("the last pass did not succeed");
	return (Gate){GATE_OPEN};
}

/* A hold is reported before anything else that lasts, because often it is the reason for the rest.
 */
static Gate judge_conditions(Pool *pool, const Status *status)
{
	const Condition *first = NULL;

	for (size_t i = 0; i < status->conditions.n_items; i++) {
		const Condition *condition = &status->conditions.items[i];

		if (condition->kind == CONDITION_HOLD)
			return (Gate){
				GATE_HELD,
				pool_printf(pool, "%s%sheld: %s",
					    condition->suffix ? condition->suffix : "",
					    condition->suffix ? ": " : "",
					    condition->what ? condition->what : condition->text)};
		if (!first && condition_is_of_this_node(condition) &&
		    !status_is_only_late(condition) &&
		    (condition->kind != CONDITION_FINDING || condition->is_critical))
			first = condition;
	}
	return first ? waits(first->what ? first->what : first->text) : (Gate){GATE_OPEN};
}

static const CopyHealth *copy_of(const StatusDatabase *database, unsigned id)
{
	const DatabaseHealth *health = database->health;

	for (size_t i = 0; health && i < health->n_peers; i++)
		if (health->peers[i].peer_id == id)
			return &health->peers[i];
	return NULL;
}

static bool copy_is_in_step(const CopyHealth *copy)
{
	return copy && copy->is_current && copy->state == HEALTH_IN_STEP;
}

/* OpenLDAP 2.4 shows nothing of its consumers: there the contents of both sides must suffice. */
static bool link_is_well(const StatusDatabase *database, const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	if (state == LINK_UNKNOWN)
		return database->health && copy_is_in_step(&database->health->here) &&
		       copy_is_in_step(copy_of(database, peer->id));
	return link_state_works(state);
}

static Gate judge_database(Pool *pool, const StatusDatabase *database)
{
	if (database->is_in_step != CLAIM_YES)
		return waits(pool_printf(pool, "the configuration of %s is %s", database->suffix,
					 database->is_in_step == CLAIM_NO
						 ? "not in step"
						 : "not known to be in step"));
	if (database->health && database->health->here.is_current &&
	    database->health->here.state > HEALTH_IN_STEP)
		return waits(pool_printf(pool, "%s: what is here is %s", database->suffix,
					 health_state_name(database->health->here.state)));
	for (size_t i = 0; i < database->n_peers; i++) {
		const StatusPeer *peer = &database->peers[i];

		if (!link_is_well(database, peer))
			return waits(
				pool_printf(pool, "%s: the link to peer %u, %s, is %s",
					    database->suffix, peer->id, peer->uri,
					    status_link_state(peer) == LINK_UNKNOWN
						    ? "not known to work"
						    : link_state_name(status_link_state(peer))));
	}
	return (Gate){GATE_OPEN};
}

Gate status_gate(Pool *pool, const Status *status, const StatusLife *life, const GateAsked *asked)
{
	Gate gate = judge_daemon(pool, status, life);

	if (is_open(&gate))
		gate = judge_revision(pool, status, asked);
	if (is_open(&gate))
		gate = judge_conditions(pool, status);
	if (is_open(&gate) && status->is_server_in_step != CLAIM_YES)
		gate = waits("what belongs to no database is not known to be in step");
	if (is_open(&gate) && status->n_databases == 0)
		gate = waits("the daemon reports no database");
	for (size_t i = 0; is_open(&gate) && i < status->n_databases; i++)
		gate = judge_database(pool, &status->databases[i]);
	return gate;
}
