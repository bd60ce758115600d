/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/daemon_heartbeat.h"

#include <stdio.h>
#include <string.h>

#include "agent/heartbeat/heartbeat_consumer.h"
#include "agent/heartbeat/heartbeat_fleet.h"
#include "agent/heartbeat/heartbeat_heirs.h"
#include "agent/ldap/content_here.h"
#include "agent/look/look.h"
#include "common/guard/heartbeat_gate.h"
#include "common/tell/told_fleet.h"
#include "common/tell/told_rollout.h"

/* When a process of ours is looked at: most are done at once, and a pass costs something. */
#define LOOK_SOON_USEC  300000U
#define LOOK_LATER_USEC 2000000U

static void line_free(HeartbeatLine *line)
{
	heartbeat_there_stop(&line->writing);
	pool_free(line->pool);
	pool_free(line->said_pool);
	pool_free(line->sent_pool);
}

void daemon_heartbeat_free(DaemonHeartbeat *heart)
{
	heartbeat_link_free(&heart->link);
	for (size_t i = 0; i < heart->n_lines; i++)
		line_free(&heart->lines[i]);
	pool_free(heart->pool);
}

/* By its container, which lies in one database alone. */
static HeartbeatLine *line_of(DaemonHeartbeat *heart, const DesiredDatabase *database)
{
	const char *container = database->heartbeat.container;

	for (size_t i = 0; i < heart->n_lines; i++)
		if (strcmp(heart->lines[i].container, container) == 0)
			return &heart->lines[i];
	if (!heart->pool)
		heart->pool = pool_new();
	POOL_PUSH(heart->pool, heart->lines, heart->n_lines,
		  {.container = pool_strdup(heart->pool, container),
		   .suffix = pool_strdup(heart->pool, database->suffix)});
	return &heart->lines[heart->n_lines - 1];
}

/* --- what this node says --- */

static Heartbeat beat_now(const HeartbeatWork *work)
{
	const Found *found = work->found;
	const Desired *desired = found->inputs.file.desired;
	Heartbeat beat = {
		.id = found->inputs.wanted.self->id,
		.version = SYNCWARD_VERSION,
		.has_revision = found->inputs.in_force.has_revision,
		.revision = found->inputs.in_force.revision,
		.sha256 = found->inputs.in_force.sha256,
		.mode = desired->policy.mode == POLICY_ENFORCE ? "enforce" : "audit",
		.time_sec = found_realtime_sec(found),
	};

	heartbeat_say_state(found->pool, work->sight->lasting, &beat);
	if (rollout_has_first(&desired->policy.rollout, beat.id)) {
		const Fleets fleets = daemon_heartbeat_fleets(found->pool, work->heart);

		beat.rollout = rollout_word(work->sight->lasting, &fleets, beat.revision);
	}
	return beat;
}

static bool is_say_due(const HeartbeatWork *work, const Heartbeat *beat)
{
	HeartbeatLine *line = work->line;

	line->said.interval_sec = heartbeat_wanted(work)->interval_sec;
	return heartbeat_is_due(&line->said, beat, found_now_usec(work->found));
}

static Content *peers_since(const HeartbeatWork *work)
{
	const Found *found = work->found;
	const WantedDatabase *wanted = work->wanted;
	Content *peers = pool_alloc(found->pool, (wanted->n_consumers + 1) * sizeof(*peers));

	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const unsigned id = wanted->consumers[i].peer->id;
		const LinkProbe *answer =
			link_probe_find(found->before.answers, wanted->desired->suffix, id, NULL);

		peers[i] = answer && heartbeat_answer_is_new(work, answer)
				   ? probe_content(&answer->probe)
				   : (Content){0};
		peers[i].peer_id = id;
	}
	return peers;
}

/* The copy here is read last: what peers have shown by then of this node must be in it. */
static HeartbeatGate gate_now(HeartbeatWork *work, Content *ret_here, Follow *ret)
{
	const Found *found = work->found;
	const Report *report = &found->report;
	const char *suffix = work->wanted->desired->suffix;
	const DatabaseHealth *health = daemon_health_of(work->sight->health, suffix);
	const Content *peers = peers_since(work);
	size_t n_heirs;
	const Content *heirs = heartbeat_heirs(work, &n_heirs);
	HeartbeatLook look;

	*ret_here = world_content_here(found->directory, found->pool, &report->last.world, suffix);
	if (!peer_is_consumer(found->inputs.wanted.self))
		content_coverage_here(found->pool, found->directory, suffix,
				      peer_server_id(found->inputs.wanted.self), ret_here);
	look = (HeartbeatLook){
		.wanted = work->wanted,
		.self = found->inputs.wanted.self,
		.plan = &report->last.plan,
		.live = &report->last.world.live,
		.known = &found->inputs.state.known,
		.here = ret_here,
		.peers = peers,
		.n_peers = work->wanted->n_consumers,
		.heirs = heirs,
		.n_heirs = n_heirs,
		.missing = health ? health->missing : NULL,
	};
	work->gate = heartbeat_gate(&look);
	if (work->gate == HEARTBEAT_UNASKED)
		heartbeat_heirs_ask(work, heirs, n_heirs, ret);
	else
		heartbeat_heirs_report(work, &look);
	return work->gate;
}

static void say(HeartbeatWork *work, const Heartbeat *beat)
{
	HeartbeatLink *link = &work->heart->link;
	HeartbeatLine *line = work->line;
	const char *container = heartbeat_wanted(work)->container;

	switch (heartbeat_link_write(link, container, beat,
				     heartbeat_own_is_ignored(&line->fleet))) {
	case HEARTBEAT_DONE:
		heartbeat_said_take(work, beat, found_now_usec(work->found));
		return;
	case HEARTBEAT_NO_CONTAINER:
		heartbeat_no_container(work);
		break;
	case HEARTBEAT_REFUSED:
		heartbeat_trouble(line,
				  pool_printf(work->found->pool,
					      "the heartbeat of this node is not written: %s",
					      link->problem),
				  NULL);
		break;
	default: /* a later pass connects again, and sees */
		break;
	}
	line->fleet.unsaid = pool_strdup(line->pool, link->problem);
	line->said.failed_usec = found_now_usec(work->found);
}

/* At once where the connection is new, and then at each interval: a peer that was away is back. */
static void ask_anew(HeartbeatWork *work, Follow *ret)
{
	HeartbeatLink *link = &work->heart->link;
	const uint64_t now_usec = found_now_usec(work->found);

	if (work->gate != HEARTBEAT_UNPROVEN ||
	    (link->asked_usec > 0 && now_usec < link->asked_usec + heartbeat_interval_usec(work)))
		return;
	link->asked_usec = now_usec;
	asks_hurry(&ret->asks, now_usec);
}

static bool is_to_be_said(const HeartbeatWork *work, const Heartbeat *beat)
{
	return work->heart->link.is_open && !work->found->report.end.has_failed &&
	       is_say_due(work, beat);
}

static void consumer_work(HeartbeatWork *work, const Heartbeat *beat, Follow *ret)
{
	const uint64_t now_usec = found_now_usec(work->found);
	HeartbeatLine *line = work->line;
	Content here;

	if (line->writing.pid > 0)
		heartbeat_consumer_look(work);
	else if (!line->is_refused && is_to_be_said(work, beat)) {
		if (gate_now(work, &here, ret) == HEARTBEAT_MAY_WRITE)
			heartbeat_consumer_begin(work, beat, &here);
		else
			(void)snprintf(line->texts.held, sizeof(line->texts.held), "%s",
				       heartbeat_gate_text(work->gate));
		ask_anew(work, ret);
	}
	line->fleet.unsaid = *line->texts.held ? pool_strdup(line->pool, line->texts.held) : NULL;
	if (line->writing.pid > 0)
		wake_add(&ret->wakes, WAKE_HEARTBEAT,
			 now_usec + (now_usec < line->writing.began_usec + LOOK_LATER_USEC
					     ? LOOK_SOON_USEC
					     : LOOK_LATER_USEC));
}

static void line_work(HeartbeatWork *work, Follow *ret)
{
	const Heartbeat beat = beat_now(work);
	HeartbeatLink *link = &work->heart->link;
	Content here;

	if (found_is_caused_by(work->found, TRIGGER_RELOAD)) {
		heartbeat_link_forget(link);
		work->line->is_refused = false;
	}
	if (heartbeat_fleet_is_due(work))
		heartbeat_fleet_read(work);
	if (peer_is_consumer(work->found->inputs.wanted.self)) {
		consumer_work(work, &beat, ret);
		return;
	}
	if (!is_to_be_said(work, &beat))
		return;
	(void)gate_now(work, &here, ret);
	work->line->fleet.unsaid = heartbeat_gate_text(work->gate);
	if (work->gate == HEARTBEAT_MAY_WRITE)
		say(work, &beat);
	else
		ask_anew(work, ret);
}

/* --- the pass --- */

static uint64_t next_usec(const HeartbeatWork *work)
{
	const HeartbeatLine *line = work->line;
	uint64_t next = line->read_usec + heartbeat_interval_usec(work) / HEARTBEAT_READS;

	if (line->said.beat.id != 0 && line->said.at_usec + heartbeat_interval_usec(work) < next)
		next = line->said.at_usec + heartbeat_interval_usec(work);
	return next;
}

static void conditions_add(const HeartbeatWork *work, Follow *ret)
{
	const HeartbeatLine *line = work->line;
	const Found *found = work->found;
	Pool *pool = found->pool;

	if (*line->texts.trouble)
		fleet_trouble_condition(
			pool, line->suffix, pool_strdup(pool, line->texts.trouble),
			*line->texts.release ? pool_strdup(pool, line->texts.release) : NULL,
			&ret->lasting);
	if (line->fleet.read_sec >= 0)
		fleet_conditions(pool, &line->fleet, found_realtime_sec(found), &ret->lasting);
	else
		fleet_carry(pool, found->before.told, &line->fleet, &ret->lasting);
}

/* Nothing is kept of databases that no longer have any. */
static void lines_prune(DaemonHeartbeat *heart)
{
	size_t n = 0;

	for (size_t i = 0; i < heart->n_lines; i++) {
		if (heart->lines[i].is_wanted) {
			heart->lines[n++] = heart->lines[i];
			continue;
		}
		line_free(&heart->lines[i]);
	}
	heart->n_lines = n;
	if (n == 0)
		heartbeat_link_free(&heart->link);
}

Follow daemon_heartbeat_look(DaemonHeartbeat *heart, const Found *found,
			     const HeartbeatSight *sight)
{
	const Wanted *wanted = found->report.last.plan.wanted;
	Follow follow = {0};

	if (!found->report.has_plan || !wanted || !wanted->self)
		return follow;
	for (size_t i = 0; i < heart->n_lines; i++)
		heart->lines[i].is_wanted = false;
	for (size_t i = 0; i < wanted->n_databases; i++) {
		HeartbeatWork work = {
			.heart = heart,
			.found = found,
			.sight = sight,
			.wanted = &wanted->databases[i],
		};

		if (!heartbeat_wanted(&work)->container)
			continue;
		work.line = line_of(heart, work.wanted->desired);
		work.line->is_wanted = true;
		line_work(&work, &follow);
		conditions_add(&work, &follow);
		wake_add(&follow.wakes, WAKE_HEARTBEAT, next_usec(&work));
	}
	lines_prune(heart);
	return follow;
}

Fleets daemon_heartbeat_fleets(Pool *pool, const DaemonHeartbeat *heart)
{
	Fleets fleets = {0};

	for (size_t i = 0; i < heart->n_lines; i++)
		if (heart->lines[i].was_read)
			POOL_PUSH(pool, fleets.items, fleets.n_items,
				  fleet_copy(pool, &heart->lines[i].fleet));
	return fleets;
}
