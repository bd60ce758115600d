/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "agent/daemon/daemon_internal.h"
#include "agent/state/state_compare.h"
#include "agent/state/status_file.h"
#include "common/report/status_view.h"

void daemon_status_start(Daemon *daemon)
{
	daemon->status = (Status){
		.version = SYNCWARD_VERSION,
		.pid = (long)getpid(),
		.pid_ticks = process_start_ticks((long)getpid()),
		.started_sec = daemon_realtime_sec(daemon),
		.stopped_sec = -1,
		.slapd_since_sec = -1,
		.looked_sec = -1,
		.success_sec = -1,
		.next_pass_sec = -1,
		.last_pass = {.ended_sec = -1},
	};
	daemon_status_write(daemon);
}

/* What changes with the settings, and what only the daemon itself keeps. */
static void context_take(Daemon *daemon)
{
	Status *status = &daemon->status;

	status->interval_sec = daemon->site.context.interval_sec;
	status->peers_file = daemon->site.context.peers_file;
	status->slapd_uri = daemon->site.context.ldap_uri;
	status->sentence = daemon->sentence;
	status->conditions = daemon->told;
	status->written_sec = daemon_realtime_sec(daemon);
}

static int metrics_write(const Daemon *daemon, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	return metrics_file_write(daemon->site.context.metrics_file,
				  status_metrics(pool, &daemon->status), err);
}

static int status_write(const Daemon *daemon, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	return status_file_write(daemon->site.context.run_dir, status_print(pool, &daemon->status),
				 err);
}

void daemon_status_write(Daemon *daemon)
{
	Error err = {0}, metrics_err = {0};

	context_take(daemon);
	(void)status_write(daemon, &err);
	(void)metrics_write(daemon, &metrics_err);
	/* Told by the next pass: this one has told what it had. */
	(void)snprintf(daemon->status_problem, sizeof(daemon->status_problem), "%s",
		       err.class != ERROR_NONE ? err.text : metrics_err.text);
}

/* For people: to the second. */
void daemon_status_next(Daemon *daemon, const WakeList *wishes)
{
	const uint64_t now_usec = daemon_now_usec(daemon);
	const uint64_t next_usec = wake_choose(&daemon->wakes, wishes, now_usec);

	daemon->status.next_pass_sec =
		next_usec == UINT64_MAX
			? -1
			: daemon_realtime_sec(daemon) + (int64_t)((next_usec - now_usec) / 1000000);
}

void daemon_status_stop(Daemon *daemon)
{
	daemon->status.stopped_sec = daemon_realtime_sec(daemon);
	daemon_status_write(daemon);
}

static void slapd_is(Status *status, Claim is_up, int64_t now_sec)
{
	if (status->is_slapd_up == is_up)
		return;
	status->is_slapd_up = is_up;
	status->slapd_since_sec = now_sec;
}

static void slapd_look(DaemonPass *pass, Pool *pool, int64_t now_sec)
{
	Daemon *daemon = pass->daemon;
	Status *status = &daemon->status;
	const Report *report = &pass->found.report;

	if (condition_find(&daemon->told, "slapd")) {
		slapd_is(status, CLAIM_NO, now_sec);
		status_look_failed(pool, now_sec, status);
	} else if (report->has_plan) {
		slapd_is(status, CLAIM_YES, now_sec);
		status_look(pool, &report->last_plan, &report->last_world.live, now_sec, status);
		status_take_links(daemon->links.items, daemon->links.n_items, status);
	} else {
		status_keep(pool, status);
	}
}

static void desired_take(DaemonPass *pass, Pool *pool)
{
	Status *status = &pass->daemon->status;
	const Desired *desired = pass->found.inputs.file.desired;
	const Peer *self = pass->found.inputs.wanted.self;

	if (!pass->found.has_inputs) {
		status->sha256 = pool_strdup(pool, status->sha256);
		status->node_uri = pool_strdup(pool, status->node_uri);
		return;
	}
	status->has_desired = true;
	status->mode = desired->mode;
	status->has_revision = desired->has_revision;
	status->revision = desired->revision;
	status->sha256 = pool_strdup(pool, pass->found.inputs.file.sha256);
	status->node_id = self ? self->id : 0;
	status->node_uri = self ? pool_strdup(pool, self->uri) : NULL;
}

static void pass_take(DaemonPass *pass, Pool *pool, const Error *err, int64_t now_sec)
{
	Daemon *daemon = pass->daemon;
	Status *status = &daemon->status;
	const PassOutcome outcome = daemon->schedule.last;
	const int64_t duration_usec = (int64_t)(daemon_now_usec(daemon) - pass->found.started_usec);

	status->last_pass = (StatusPass){
		.number = pass->found.number,
		.ended_sec = now_sec,
		.trigger = pool_strdup(pool, pass->found.journal.trigger),
		.outcome = outcome,
		.duration_usec = duration_usec,
	};
	status->counters.passes[outcome]++;
	status->counters.passes_usec += duration_usec;
	if (err->class == ERROR_NONE)
		status->success_sec = now_sec;
}

void daemon_status_pass(DaemonPass *pass, const Error *err)
{
	Daemon *daemon = pass->daemon;
	const int64_t now_sec = daemon_realtime_sec(daemon);
	CompareRecords compared = {0};
	Pool *pool = pool_new();
	Error ignored;

	desired_take(pass, pool);
	slapd_look(pass, pool, now_sec);
	/* One that cannot be read is no reason to stop telling the rest. */
	(void)state_read_compared(pool, daemon->site.context.state_dir, &compared, &ignored);
	daemon->status.compared = compared;
	status_take_certificates(&daemon->probes.done, &daemon->status);
	status_take_health(daemon->health.items, daemon->health.n_items, &daemon->status);
	pass_take(pass, pool, err, now_sec);
	pool_free(daemon->status_pool);
	daemon->status_pool = pool;
}
