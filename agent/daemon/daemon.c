/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon.h"

#include <string.h>

#include "agent/daemon/daemon_internal.h"
#include "agent/state/state.h"
#include "agent/system/interrupt.h"
#include "agent/system/lock.h"

/* Below WatchdogSec of the unit (60 s): a pass that started right after the last sign of life is
 * over before systemd loses patience. */
#define PASS_DEADLINE_MSEC 45000
#define PEERS_MOMENT_MSEC  2000

/* What an earlier daemon told and lasts is not told again. */
static void memory_read(Daemon *daemon)
{
	const JournalContext journal = {.trigger = "start"};
	ConditionList told;
	EventList events;

	daemon->kept = daemon_kept_read(daemon->site.context.state_dir, &told, &events);
	daemon->told = conditions_copy(daemon->told_pool, &told);
	for (size_t i = 0; i < events.n_items; i++)
		journal_tell(&journal, &events.items[i]);
}

int daemon_new(const SettingsOverride *options, const Clock *clock, Daemon **ret, Error *err)
{
	Pool *pool = pool_new();
	AUTO(Daemon) *daemon = pool_alloc(pool, sizeof(*daemon));

	*daemon = (Daemon){
		.pool = pool,
		.clock = clock,
		.told_pool = pool_new(),
		.notices_pool = pool_new(),
		.edits = daemon_hand_edits_new(),
		.sentence_pool = pool_new(),
		.sentence = "starting",
		.status_pool = pool_new(),
	};
	if (daemon_site_open(&daemon->site, options, err) < 0)
		return -1;
	daemon->places = daemon_places_new();
	memory_read(daemon);
	schedule_start(&daemon->schedule, daemon->site.context.interval_sec, 0);
	daemon->extra_looks = extra_looks_new();
	daemon->next_usec = daemon_now_usec(daemon);
	*ret = STEAL(daemon);
	return 0;
}

void daemon_free(Daemon *daemon)
{
	if (!daemon)
		return;
	daemon_site_close(&daemon->site);
	extra_looks_free(daemon->extra_looks);
	daemon_probes_free(&daemon->probes);
	daemon_put_back_free(&daemon->put_back);
	daemon_places_free(&daemon->places);
	pool_free(daemon->told_pool);
	pool_free(daemon->notices_pool);
	daemon_kept_free(&daemon->kept);
	daemon_hand_edits_free(&daemon->edits);
	daemon_links_free(&daemon->links);
	daemon_health_free(&daemon->health);
	pool_free(daemon->sentence_pool);
	pool_free(daemon->status_pool);
	pool_free(daemon->pool);
}

uint64_t daemon_now_usec(const Daemon *daemon)
{
	return daemon->clock->monotonic_usec(daemon->clock->userdata);
}

int64_t daemon_realtime_sec(const Daemon *daemon)
{
	return daemon->clock->realtime_sec(daemon->clock->userdata);
}

uint64_t daemon_next_usec(const Daemon *daemon)
{
	return daemon->next_usec;
}

Watch *daemon_watch(Daemon *daemon)
{
	return daemon->places.watch;
}

unsigned daemon_drain(Daemon *daemon)
{
	const bool is_touched = daemon_hand_edits_drain(&daemon->edits, daemon->places.watch);

	return watch_drain_names(daemon->places.watch) |
	       (is_touched ? TRIGGER_BIT(TRIGGER_CONFIG) : 0);
}

void daemon_is_blind(Daemon *daemon, int error)
{
	daemon->places.blind_errno = error;
}

const char *daemon_sentence(const Daemon *daemon)
{
	return daemon->sentence;
}

int daemon_directory_fd(const Daemon *daemon)
{
	return daemon_site_fd(&daemon->site);
}

int daemon_probe_fd(const Daemon *daemon)
{
	return daemon_probes_fd(&daemon->probes);
}

bool daemon_probe_process(Daemon *daemon)
{
	return daemon_probes_process(&daemon->probes, daemon->clock);
}

int daemon_host_fd(const Daemon *daemon)
{
	return host_lookup_fd(daemon->site.host);
}

bool daemon_host_process(Daemon *daemon)
{
	return host_lookup_process(daemon->site.host);
}

/* --- one pass --- */

static int connection_make(DaemonPass *pass, Error *err)
{
	pass->found.stage = STAGE_SLAPD;
	return daemon_site_connect(&pass->daemon->site, &pass->found, err);
}

static int state_failed(DaemonPass *pass, const Error *err)
{
	pass->found.troubles.has_ended = err->class != ERROR_BUSY;
	if (pass->found.troubles.has_ended)
		found_state_problem(&pass->found, err);
	return -1;
}

bool daemon_has_successor(const Daemon *daemon)
{
	return daemon->site.has_successor;
}

/* The lock and what is remembered. Where nothing can be written now that is told at once, not when
 * something would have to be. */
static int state_take(DaemonPass *pass, Error *err)
{
	Daemon *daemon = pass->daemon;
	const char *state_dir = pass->found.context.state_dir;
	Error write_err;

	if (daemon_site_alone(&daemon->site, err) < 0)
		return -1;
	pass->lock = lock_take(pass->found.context.run_dir, 0, err);
	if (pass->lock >= 0 || err->class != ERROR_BUSY)
		pass->found.stage = STAGE_STATE;
	if (pass->lock < 0 ||
	    state_read(pass->found.pool, state_dir, true, &pass->found.state, err) < 0)
		return state_failed(pass, err);
	if (state_check_writable(state_dir, &write_err) < 0)
		found_state_problem(&pass->found, &write_err);
	pass->found.context.state = &pass->found.state;
	daemon_kept_again(&daemon->kept, &pass->found);
	return 0;
}

static int inputs_take(DaemonPass *pass, Error *err)
{
	Daemon *daemon = pass->daemon;
	Error keep_err;

	pass->found.stage = STAGE_INPUTS;
	if (context_inputs(&pass->found.context, true, &pass->found.inputs, err) < 0) {
		if (err->class == ERROR_BUSY)
			pass->found.stage = STAGE_STATE; /* nothing can be said of the files yet */
		return -1;
	}
	pass->found.has_inputs = true;
	daemon_contests_take(&pass->contests, &pass->found);
	daemon_probes_take(&daemon->probes, &pass->found);
	daemon_put_back_want(&daemon->put_back, &pass->found);
	daemon_desired_seen(pass);
	if (!pass->found.inputs.refusal &&
	    last_good_keep(daemon->site.good, &pass->found.inputs.file, &pass->found.inputs.secrets,
			   &keep_err) < 0)
		found_state_problem(&pass->found, &keep_err);
	return 0;
}

/* What changed outside, and systemd, which waits for the first pass, wait no longer for peers than
 * that: what they did not say is not known, and the next pass by the timer has more time. */
static unsigned peers_patience_msec(const DaemonPass *pass)
{
	return (pass->found.triggers & ~TRIGGER_BIT(TRIGGER_TIMER)) ? PEERS_MOMENT_MSEC : 0;
}

/* Before anything else, also where peers.json cannot be used: while a heal that was cut off left
 * another server ID, clients write under it. */
static int heal_end(DaemonPass *pass, Error *err)
{
	if (!pass->found.state.known.heal)
		return 0;
	return connection_make(pass, err) < 0 ? -1 : daemon_heal_end(pass, err);
}

static int pass_try(DaemonPass *pass, Error *err)
{
	PassOptions options = {
		.may_write = true,
		.forgets_first = true,
		.probes = pass->found.answers,
		.probes_later = true,
		.peers_patience_msec = peers_patience_msec(pass),
		.run_dir = pass->found.context.run_dir,
		.views = &pass->daemon->kept.views,
		.extra_looks = pass->daemon->extra_looks,
		.hooks = daemon_hooks(pass),
	};
	const Report *report = &pass->found.report;

	if (state_take(pass, err) < 0 || heal_end(pass, err) < 0 || inputs_take(pass, err) < 0 ||
	    connection_make(pass, err) < 0)
		return -1;
	options.lock = pass->lock;
	options.is_paused =
		pause_holds(&pass->found.inputs.state.pause, found_realtime_sec(&pass->found));
	pass_run(pass->found.pool, &pass->found.inputs, &options, pass->found.directory,
		 &pass->found.report);
	daemon_kept_views(&pass->daemon->kept, &pass->found);
	if (report->has_plan)
		pass->found.stage = STAGE_PLAN;
	if (report->has_state_error)
		found_state_problem(&pass->found, &report->state_error);
	if (!report->has_failed)
		return 0;
	*err = report->error;
	pass->found.troubles.has_ended =
		report->has_state_error && strcmp(err->text, report->state_error.text) == 0;
	return -1;
}

/* Told to end while slapd was being asked, or no time was left to ask it: that says nothing about
 * slapd. */
static void stop_note(DaemonPass *pass, const Error *err)
{
	if ((err->class == ERROR_STOPPED || err->class == ERROR_BUSY) &&
	    pass->found.stage == STAGE_SLAPD)
		pass->found.stage = STAGE_INPUTS;
}

/* slapd.d changed, and nothing else that is watched: a correction is probably urgent. */
static bool is_urgent(const DaemonPass *pass)
{
	return pass->found.triggers == TRIGGER_BIT(TRIGGER_CONFIG);
}

/* What need not be found out anew when every moment counts. */
static void known_take(DaemonPass *pass)
{
	const Daemon *daemon = pass->daemon;

	if (!pass->found.context.config_dir && watch_sees_config(daemon->places.watch))
		pass->found.context.config_dir = daemon->places.config_dir;
}

/* What changed during the pass before is why there is this one, not that time is up. */
static unsigned triggers_take(Daemon *daemon, unsigned triggers)
{
	const unsigned missed = daemon->missed;

	daemon->missed = 0;
	return missed ? missed | (triggers & ~TRIGGER_BIT(TRIGGER_TIMER)) : triggers;
}

/* Our own files are in a folder that is watched: what is left there would wake us for nothing. */
static void names_drain(Daemon *daemon, WakeList *wakes)
{
	daemon->missed = watch_drain_names(daemon->places.watch);
	if (daemon->missed)
		wake_add(wakes, WAKE_NEWS, daemon_now_usec(daemon));
}

/* What it wishes for the next. */
static WakeList pass_make(Daemon *daemon, unsigned triggers)
{
	AUTO(Pool) *pool = pool_new();
	DaemonPass pass = {
		.daemon = daemon,
		.found = {.pool = pool,
			  .clock = daemon->clock,
			  .triggers = triggers_take(daemon, triggers),
			  .number = ++daemon->n_passes,
			  .started_usec = daemon_now_usec(daemon),
			  .told = &daemon->told,
			  .answers = &daemon->probes.done},
		.lock = -1,
	};
	Error err = {0}, settings_err;

	/* Before the files are read: what changes later makes another pass. */
	pass.found.triggers |= watch_drain_names(daemon->places.watch);
	if (daemon_site_settings(&daemon->site, is_urgent(&pass), &settings_err) < 0)
		pass.found.troubles.settings = settings_err.text;
	daemon->schedule.interval_usec = daemon->site.context.interval_sec * 1000000ULL;
	pass.found.context = daemon->site.context;
	daemon_site_host(&daemon->site, is_urgent(&pass), &pass.found);
	known_take(&pass);
	pass.found.context.pool = pool;
	pass.found.context.last_good = daemon->site.good;
	pass.found.context.budget = budget_of(PASS_DEADLINE_MSEC, interrupt_is_pending);
	if (pass.found.triggers & TRIGGER_BIT(TRIGGER_STATE))
		schedule_reset(&daemon->schedule);
	daemon_tell_begin(&pass);
	if (pass_try(&pass, &err) == 0)
		err = (Error){0};
	daemon->site.has_asked = pass.found.stage >= STAGE_SLAPD;
	stop_note(&pass, &err);
	daemon->has_written = pass.found.report.n_done > 0;
	daemon_schedule_next(&pass, &err);
	daemon_tell_end(&pass, &err);
	daemon_status_pass(&pass, &err);
	daemon_schedule_ill(&pass);
	daemon_follow(&pass, daemon_places_watch(&daemon->places, &pass.found,
						 daemon_site_fd(&daemon->site),
						 daemon->site.options->agent_config));
	daemon_follow(&pass, daemon_put_back_look(&daemon->put_back, &pass.found));
	daemon_follow(&pass, daemon_probes_look(&daemon->probes, &pass.found, &pass.follow.asks));
	lock_release(pass.lock);
	return pass.follow.wakes;
}

bool daemon_postpones(Daemon *daemon, unsigned triggers)
{
	const uint64_t now_usec = daemon_now_usec(daemon);
	const uint64_t earliest_usec = wake_earliest(&daemon->wakes, now_usec);

	if (earliest_usec <= now_usec)
		return false;
	daemon->missed |= triggers;
	if (earliest_usec < daemon->next_usec)
		daemon->next_usec = earliest_usec;
	return true;
}

void daemon_pass(Daemon *daemon, unsigned triggers)
{
	const unsigned outside = (triggers | daemon->missed) & ~TRIGGER_BIT(TRIGGER_TIMER);
	WakePass pass = {.began_usec = daemon_now_usec(daemon), .is_from_outside = outside != 0};
	WakeList wishes = pass_make(daemon, triggers);

	daemon_status_next(daemon, &wishes);
	/* When the memory of the pass is free again: many peers make a long text. */
	daemon_status_write(daemon);
	names_drain(daemon, &wishes);
	pass.ended_usec = daemon_now_usec(daemon);
	pass.has_written = daemon->has_written;
	wake_passed(&daemon->wakes, &pass);
	daemon->next_usec = wake_choose(&daemon->wakes, &wishes, pass.ended_usec);
}
