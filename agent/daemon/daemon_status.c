/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/kept/daemon_sentence.h"
#include "agent/state/state_compare.h"
#include "agent/tell/status_file.h"
#include "common/status/status_view.h"

static int64_t realtime_sec(const Clock *clock)
{
	return clock->realtime_sec(clock->userdata);
}

DaemonStatus daemon_status_new(const Clock *clock)
{
	return (DaemonStatus){
		.pool = pool_new(),
		.sentence_pool = pool_new(),
		.sentence = "starting",
		.value = {.version = SYNCWARD_VERSION,
			  .pid = (long)getpid(),
			  .pid_ticks = process_start_ticks((long)getpid()),
			  .started_sec = realtime_sec(clock),
			  .stopped_sec = -1,
			  .slapd_since_sec = -1,
			  .looked_sec = -1,
			  .success_sec = -1,
			  .next_pass_sec = -1,
			  .last_pass = {.ended_sec = -1}},
	};
}

void daemon_status_free(DaemonStatus *status)
{
	pool_free(status->pool);
	pool_free(status->sentence_pool);
}

/* What changes with the settings, and what is reported. */
static void others_take(DaemonStatus *status, const Context *context, const DaemonTold *told)
{
	Status *value = &status->value;

	value->interval_sec = context->rhythm.interval_sec;
	value->peers_file = context->paths.peers_file;
	value->slapd_uri = context->socket.uri;
	value->sentence = status->sentence;
	value->conditions = told->lasting;
	memcpy(value->counters.events, told->n_events, sizeof(value->counters.events));
}

static int metrics_write(const Status *status, const char *path, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	return metrics_file_write(path, status_metrics(pool, status), err);
}

static int status_write(const Status *status, const char *run_dir, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	return status_file_write(run_dir, status_print(pool, status), err);
}

void daemon_status_write(DaemonStatus *status, const Context *context, const DaemonTold *told,
			 const Clock *clock)
{
	Error err = {0}, metrics_err = {0};

	others_take(status, context, told);
	status->value.written_sec = realtime_sec(clock);
	(void)status_write(&status->value, context->paths.run_dir, &err);
	(void)metrics_write(&status->value, context->paths.metrics_file, &metrics_err);
	/* Reported by the next pass: this one has already reported what it had. */
	(void)snprintf(status->problem, sizeof(status->problem), "%s",
		       err.class != ERROR_NONE ? err.text : metrics_err.text);
}

/* For people: to the second. */
void daemon_status_next(DaemonStatus *status, const Clock *clock, uint64_t next_usec)
{
	const uint64_t now_usec = clock->monotonic_usec(clock->userdata);

	status->value.next_pass_sec =
		next_usec == UINT64_MAX
			? -1
			: realtime_sec(clock) + (int64_t)((next_usec - now_usec) / 1000000);
}

void daemon_status_stop(DaemonStatus *status, const Context *context, const DaemonTold *told,
			const Clock *clock)
{
	status->value.stopped_sec = realtime_sec(clock);
	daemon_status_write(status, context, told, clock);
}

static void slapd_is(Status *status, Claim is_up, int64_t now_sec)
{
	if (status->is_slapd_up == is_up)
		return;
	status->is_slapd_up = is_up;
	status->slapd_since_sec = now_sec;
}

/* What was seen last, where this pass did not look. */
static StatusLogs logs_of(const Status *status, const Found *found, Pool *pool)
{
	const Report *report = &found->report;

	return report->has_plan ? status_logs_take(pool, &report->last.world.facts.machine)
				: status_logs_copy(pool, &status->logs);
}

static void slapd_look(Status *status, const Found *found, const StatusPassed *passed, Pool *pool)
{
	const Report *report = &found->report;
	const DaemonLinks *links = passed->links;
	const int64_t now_sec = found_realtime_sec(found);

	if (condition_find(passed->lasting, "slapd")) {
		slapd_is(status, CLAIM_NO, now_sec);
		status_look_failed(pool, now_sec, status);
	} else if (report->has_plan) {
		slapd_is(status, CLAIM_YES, now_sec);
		status_look(pool, &report->last.plan, &report->last.world.live, now_sec, status);
		status_take_links(links->items, links->n_items, status);
	} else {
		status_keep(pool, status);
	}
}

static void desired_take(Status *status, const Found *found, Pool *pool)
{
	const Desired *desired = found->inputs.file.desired;
	const Peer *self = found->inputs.wanted.self;

	if (!found->has_inputs) {
		status->sha256 = pool_strdup(pool, status->sha256);
		status->node_uri = pool_strdup(pool, status->node_uri);
		return;
	}
	status->has_desired = true;
	status->mode = desired->policy.mode;
	status->has_revision = found->inputs.in_force.has_revision;
	status->revision = found->inputs.in_force.revision;
	status->sha256 = pool_strdup(pool, found->inputs.in_force.sha256);
	status->node_id = self ? self->id : 0;
	status->node_uri = self ? pool_strdup(pool, self->uri) : NULL;
	status->is_consumer = self && peer_is_consumer(self);
	status->is_hub = self && self->is_hub;
}

static void rollout_take(Status *status, const Found *found, Pool *pool)
{
	const Desired *desired =
		found->inputs.rollout.file ? found->inputs.rollout.file->desired : NULL;
	const KnownRollout *known = &found->inputs.state.known.latest.rollout;

	status->rollout = (StatusRollout){.waits = desired != NULL};
	if (!desired)
		return;
	status->rollout.revision = desired->revision;
	status->rollout.since_sec =
		known->since_sec > 0 ? known->since_sec : found_realtime_sec(found);
	status->rollout.soak_sec = desired->policy.rollout.soak_sec;
	for (size_t i = 0; i < known->n_canaries; i++) {
		KnownCanary canary = known->canaries[i];

		canary.says = pool_strdup(pool, canary.says);
		POOL_PUSH(pool, status->rollout.canaries, status->rollout.n_canaries, canary);
	}
}

static void pass_take(Status *status, const Found *found, const StatusPassed *passed, Pool *pool)
{
	const int64_t duration_usec = (int64_t)(found_now_usec(found) - found->begin.started_usec);
	const int64_t now_sec = found_realtime_sec(found);

	status->last_pass = (StatusPass){
		.number = found->begin.number,
		.ended_sec = now_sec,
		.trigger = pool_strdup(pool, found->journal.trigger),
		.outcome = passed->outcome,
		.duration_usec = duration_usec,
	};
	status->counters.passes[passed->outcome]++;
	status->counters.passes_usec += duration_usec;
	if (passed->err->class == ERROR_NONE)
		status->success_sec = now_sec;
}

static void sentence_take(DaemonStatus *status, const Found *found, const ConditionList *lasting)
{
	Pool *pool = pool_new();

	status->sentence = daemon_sentence_make(pool, found, lasting, status->sentence);
	pool_free(status->sentence_pool);
	status->sentence_pool = pool;
}

void daemon_status_pass(DaemonStatus *status, const Found *found, const StatusPassed *passed)
{
	Status *value = &status->value;
	CompareRecords compared = {0};
	Pool *pool = pool_new();
	Error ignored;

	sentence_take(status, found, passed->lasting);
	desired_take(value, found, pool);
	slapd_look(value, found, passed, pool);
	/* One that cannot be read is no reason to stop reporting the rest. */
	(void)state_read_compared(pool, found->context.paths.state_dir, &compared, &ignored);
	value->compared = compared;
	value->logs = logs_of(value, found, pool);
	status_take_probes(found->before.answers, value);
	if (!found->context.rhythm.probes)
		status_without_probes(value);
	status_take_health(passed->health->items, passed->health->n_items, value);
	value->fleets = daemon_heartbeat_fleets(pool, passed->heartbeat);
	rollout_take(value, found, pool);
	pass_take(value, found, passed, pool);
	pool_free(status->pool);
	status->pool = pool;
}

/* The conditions that the status had went away with the previous pass. */
size_t daemon_status_count_unsettled(DaemonStatus *status, const ConditionList *lasting)
{
	status->value.conditions = *lasting;
	return status->value.is_slapd_up == CLAIM_YES ? status_count_unsettled(&status->value) : 0;
}
