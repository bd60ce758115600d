/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/leave_run.h"
#include "common/remedies/remedies.h"

#include <time.h>

#include "agent/look/look.h"
#include "agent/pass/leave_sessions.h"
#include "agent/pass/steps_run.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "agent/session/session_tls.h"
#include "agent/state/state_keep.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/base/buf.h"
#include "common/copy/lag.h"
#include "common/guard/guard.h"
#include "common/leaving/leaving_parts.h"
#include "common/leaving/leaving_readers.h"
#include "common/plan/render.h"
#include "common/remember/memory_after.h"

#define POLL_MSEC             200
#define PEERS_PATIENCE_MSEC   20000 /* one look at all peers of a database */
#define RUNNING_PATIENCE_MSEC 4000  /* until a consumer that ended is gone from cn=monitor */

typedef struct Leave {
	Pool *pool;
	const Inputs *inputs;
	Directory *directory;
	unsigned timeout_sec;
	bool despite_readers;
	const PassHooks *hooks;
	World world;
	Known kept;  /* as the state folder has it */
	Known known; /* the same, and what leaving adds */
	LeaveReport *report;
} Leave;

/* --- has a peer everything? --- */

typedef struct Peers {
	Content *items; /* one for each consumer of the database */
	size_t n_items;
} Peers;

/* Those that are worth asking: a refused bind, repeated, may lock the account. */
static size_t targets_choose(const Leave *leave, const LeavingDatabase *database,
			     const Peers *peers, ProbeTarget *targets)
{
	Syncrepl *links = pool_alloc(leave->pool, (peers->n_items + 1) * sizeof(*links));
	size_t n_targets = 0;

	for (size_t i = 0; i < peers->n_items; i++) {
		const LiveConsumer *consumer = &database->live->consumers[i];

		if (!consumer->parses || consumer->is_self ||
		    peers->items[i].state == CONTENT_DENIED)
			continue;
		links[i] = link_inherit_tls(&consumer->syncrepl, leave->world.live.global);
		targets[n_targets++] =
			probe_target_numbered(&links[i], database->suffix, (unsigned)i);
	}
	return n_targets;
}

static void peers_read(const Leave *leave, const LeavingDatabase *database, Peers *peers)
{
	const ProbeOptions options = {.depth = PROBE_DEPTH_CONTENT,
				      .deadline_msec = PEERS_PATIENCE_MSEC};
	ProbeTarget *targets = pool_alloc(leave->pool, (peers->n_items + 1) * sizeof(*targets));
	const size_t n_targets = targets_choose(leave, database, peers, targets);
	Probe *probes;
	Error err;

	if (probe_run(leave->pool, targets, n_targets, &options, &probes, NULL, &err) < 0) {
		for (size_t i = 0; i < n_targets; i++)
			peers->items[targets[i].peer_id] =
				(Content){.state = CONTENT_UNREACHABLE,
					  .problem = pool_strdup(leave->pool, err.text)};
		return;
	}
	for (size_t i = 0; i < n_targets; i++)
		peers->items[targets[i].peer_id] = probe_content(&probes[i]);
}

static const char *problems(const Leave *leave, const Peers *peers)
{
	Buf text = BUF_IN(leave->pool);

	for (size_t i = 0; i < peers->n_items; i++)
		if (peers->items[i].problem)
			buf_printf(&text, "; %s", peers->items[i].problem);
	return buf_text(&text);
}

/* What no peer that could be read has of the newest; none: all is safe. */
static Lag missing_at(const Leave *leave, const Newest *newest, const Peers *peers)
{
	Newest there = {0};

	for (size_t i = 0; i < peers->n_items; i++)
		newest_add(leave->pool, &there, peers->items[i].context_csns,
			   peers->items[i].n_context_csns);
	return lag_measure(leave->pool, newest, there.csns, there.n_csns);
}

/* Why the database's changes are not known to be safe; NULL when they are. */
static const char *why_unsafe(const Leave *leave, const LeavingDatabase *database)
{
	const int64_t end_msec = monotonic_msec() + (int64_t)leave->timeout_sec * 1000;
	const Content here =
		world_content_here(leave->directory, leave->pool, &leave->world, database->suffix);
	Newest newest = {0};
	Peers peers = {.n_items = database->live->n_consumers};
	AUTO_PROGRESS waiting;
	Lag missing;

	if (database->is_half_done)
		return NULL; /* it was safe when the links went */
	if (here.state != CONTENT_READ)
		return pool_printf(leave->pool, "it cannot be read here: %s", here.problem);
	if (!here.entry.exists)
		return NULL; /* nothing to lose */
	newest_add(leave->pool, &newest, here.context_csns, here.n_context_csns);
	if (newest.n_csns == 0)
		return "it has entries but no contextCSN: nobody can tell whether they are at a "
		       "peer";
	peers.items = pool_alloc(leave->pool, (peers.n_items + 1) * sizeof(*peers.items));
	progress_begin(&waiting, "Waiting for a peer to have every change of this node ...");
	for (;;) {
		peers_read(leave, database, &peers);
		missing = missing_at(leave, &newest, &peers);
		if (missing.n_behind == 0)
			return NULL;
		if (monotonic_msec() >= end_msec)
			break;
		pause_msec(POLL_MSEC);
	}
	return pool_printf(leave->pool, "no peer that could be asked has %s%s",
			   lag_describe(leave->pool, &missing), problems(leave, &peers));
}

static bool all_is_safe(const Leave *leave)
{
	LeaveReport *report = leave->report;
	bool is_safe = true;

	for (size_t i = 0; i < report->leaving.n_databases; i++) {
		const LeavingDatabase *database = &report->leaving.databases[i];
		const char *why = why_unsafe(leave, database);

		if (!why)
			continue;
		is_safe = false;
		plan_add_hold(leave->pool, &report->plan,
			      (Hold){.guard = GUARD_LEFT,
				     .suffix = database->suffix,
				     .text = pool_printf(leave->pool,
							 "not every change of %s is at a peer: %s; "
							 "when it is",
							 database->suffix, why),
				     .release = remedy_text(REMEDY_LEAVE)});
	}
	return is_safe;
}

/* --- does a node read here that should not? --- */

static const DesiredPolicy *policy_of(const Leave *leave)
{
	return &leave->inputs->file.desired->policy;
}

static void plan_make_shown(const Leave *leave)
{
	leave->report->plan = (Plan){0};
	leave_show(leave->pool, &leave->report->leaving, policy_of(leave), &leave->report->plan);
}

static void readers_judge(const Leave *leave)
{
	const Inputs *inputs = leave->inputs;
	const LeaveReaders readers = leave_readers(leave->pool, inputs->file.desired,
						   inputs->not_listed ? NULL : inputs->wanted.self,
						   &leave->report->leaving);

	if (!readers.may_part || leave->despite_readers)
		return;
	leave_hold_readers(
		leave->pool, &readers,
		leave_sessions_await(leave->directory, leave->pool, &readers, leave->timeout_sec),
		&leave->report->plan);
}

/* --- writing --- */

static const char *time_now(Pool *pool)
{
	const time_t now = time(NULL);
	char text[32];
	struct tm tm;

	(void)strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", gmtime_r(&now, &tm));
	return pool_strdup(pool, text);
}

static int remember_leaving(Leave *leave, Error *err)
{
	memory_leaving(leave->pool, &leave->report->leaving, time_now(leave->pool), &leave->known);
	return state_keep(leave->inputs->state_dir, &leave->kept, &leave->known, err);
}

static void tell_intended(const Leave *leave, const Plan *plan)
{
	const PassHooks *hooks = leave->hooks;

	if (hooks->before_write)
		(void)hooks->before_write(hooks->userdata, &leave->world, plan, "");
	if (hooks->intended)
		hooks->intended(hooks->userdata, plan);
}

static int write_steps(Leave *leave, const Plan *plan, Error *err)
{
	const char *state_dir = leave->inputs->state_dir;
	const char *folder = leave->inputs->config_dir
				     ? leave->inputs->config_dir
				     : world_config_dir(leave->pool, &leave->world);
	AUTO(DiskWitness) *witness = folder ? witness_open(folder) : NULL;
	Applied applied = {0};
	Error later;
	int result;

	if (plan->order.n_steps == 0)
		return 0;
	if (folder && config_dir_has_space(folder, err) < 0)
		return -1;
	if (state_write_intent(state_dir, render_intent(leave->pool, &plan->order), err) < 0)
		return -1;
	tell_intended(leave, plan);
	result = steps_run(&(StepsPlace){.directory = leave->directory,
					 .witness = witness,
					 .world = &leave->world,
					 .pool = leave->pool},
			   plan, &applied, err);
	if (leave->hooks->after_write)
		leave->hooks->after_write(leave->hooks->userdata, plan, &applied,
					  result < 0 ? err : NULL);
	leave->report->n_done += applied.n_done;
	memory_applied(leave->pool, &applied, leave->world.live.start_time, &leave->known.server);
	if (state_keep(state_dir, &leave->kept, &leave->known, &later) < 0 && result == 0) {
		*err = later;
		return -1;
	}
	/* What became of an unanswered request is not known: the intent stays, to be reported. */
	if (result < 0 && err->class == ERROR_UNREACHABLE)
		return -1;
	return state_remove_intent(state_dir, result < 0 ? NULL : err) < 0 ? -1 : result;
}

static int write_close(Leave *leave, Error *err)
{
	Plan plan = {0};

	leave_close(leave->pool, &leave->report->leaving, &plan);
	return remember_leaving(leave, err) < 0 ? -1 : write_steps(leave, &plan, err);
}

/* Back to how it was before write_close(). */
static int write_reopen(Leave *leave, Error *err)
{
	Plan plan = {0};

	leave_reopen(leave->pool, &leave->report->leaving, &plan);
	if (write_steps(leave, &plan, err) < 0)
		return -1;
	leave->report->was_undone = true;
	return state_write_left(leave->inputs->state_dir, &leave->inputs->state.known.leave, err);
}

/* Nothing was written, and that is known: it has not left. */
static int forget_failed(const Leave *leave, const Error *err)
{
	if (leave->report->n_done == 0 && err->class != ERROR_UNREACHABLE &&
	    err->class != ERROR_UNSAVED)
		(void)state_write_left(leave->inputs->state_dir, &leave->inputs->state.known.leave,
				       NULL);
	return -1;
}

static int verify_gone(Leave *leave, Error *err)
{
	const Leaving *leaving = &leave->report->leaving;
	const int64_t end_msec = monotonic_msec() + RUNNING_PATIENCE_MSEC;

	for (size_t i = 0; i < leaving->n_databases; i++) {
		const char *remains;

		if (world_read(leave->directory, leave->pool, &leave->inputs->machine,
			       &leave->world, err) < 0)
			return -1;
		remains =
			leave_remains(policy_of(leave), &leave->world.live, &leaving->databases[i]);
		if (!remains)
			continue;
		if (monotonic_msec() >= end_msec)
			return error_set(err, ERROR_REFUSED, 0,
					 "slapd accepted the changes of %s, but this is still "
					 "there: %s; run `%s` again",
					 leaving->databases[i].suffix, remains,
					 remedy_text(REMEDY_LEAVE));
		pause_msec(POLL_MSEC);
		i--; /* the same once more */
	}
	return 0;
}

/* Since the first look a node may have begun to read. */
static int write_end_overlays(Leave *leave, Error *err)
{
	Leaving *leaving = &leave->report->leaving;
	Plan plan = {0};

	leave_spare_overlays(leave->directory, leaving);
	leave_end_overlays(leave->pool, leaving, policy_of(leave), &plan);
	return write_steps(leave, &plan, err);
}

static int write_end(Leave *leave, Error *err)
{
	Plan plan = {0};

	leave_end(leave->pool, &leave->report->leaving, policy_of(leave), &plan);
	if (write_steps(leave, &plan, err) < 0 || write_end_overlays(leave, err) < 0 ||
	    verify_gone(leave, err) < 0)
		return -1;
	plan_make_shown(leave); /* what went; nothing was held */
	leave->report->config = &leave->world.config;
	leave->report->has_left = true;
	return 0;
}

/* --- the whole --- */

static int leave_try(Leave *leave, Error *err)
{
	LeaveReport *report = leave->report;
	const Desired *desired = leave->inputs->file.desired;
	Hold hold;

	if (world_read(leave->directory, leave->pool, &leave->inputs->machine, &leave->world, err) <
	    0)
		return -1;
	report->leaving = leave_find(leave->pool, desired, &leave->known, &leave->world.live);
	leave_spare_overlays(leave->directory, &report->leaving);
	plan_make_shown(leave);
	report->is_audit = desired->policy.mode == POLICY_AUDIT;
	if (guard_config_hold(leave->pool, &leave->world.live, &leave->world.facts.machine, &hold))
		plan_add_hold(leave->pool, &report->plan, hold);
	if (!leave->inputs->not_listed && report->leaving.n_databases > 0)
		leave_hold_parting(leave->pool, desired, leave->inputs->wanted.self, &report->plan);
	readers_judge(leave);
	if (report->leaving.n_databases == 0 || !all_is_safe(leave) ||
	    report->plan.held.n_holds > 0 || report->is_audit)
		return 0;
	if (write_close(leave, err) < 0)
		return forget_failed(leave, err);
	/* Now no client can write: what was written before that counts, too. */
	return all_is_safe(leave) ? write_end(leave, err) : write_reopen(leave, err);
}

void leave_run(Pool *pool, const LeaveOptions *options, LeaveReport *ret)
{
	Leave *leave = pool_alloc(pool, sizeof(*leave));

	*leave = (Leave){
		.pool = pool,
		.inputs = options->inputs,
		.directory = options->directory,
		.timeout_sec = options->timeout_sec,
		.despite_readers = options->despite_readers,
		.hooks = &options->hooks,
		.kept = options->inputs->state.known,
		.known = options->inputs->state.known,
		.report = ret,
	};
	*ret = (LeaveReport){0};
	ret->has_failed = leave_try(leave, &ret->error) < 0;
}

int leave_exit_status(const LeaveReport *report)
{
	if (report->has_failed)
		return error_exit_status(&report->error);
	if (report->plan.held.n_holds > 0)
		return 3;
	return report->is_audit && report->leaving.n_databases > 0 ? 3 : 0;
}
