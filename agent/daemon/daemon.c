/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon.h"

#include <string.h>

#include "agent/daemon/daemon_alone.h"
#include "agent/daemon/daemon_connection.h"
#include "agent/daemon/daemon_internal.h"
#include "agent/state/state.h"
#include "agent/system/interrupt.h"
#include "agent/system/lock.h"

/* Below WatchdogSec of the unit (60 s): a pass that started right after the last sign of life is
 * over before systemd loses patience. */
#define PASS_DEADLINE_MSEC 45000
#define PEERS_MOMENT_MSEC  2000
#define HOST_PATIENCE_MSEC 1000 /* at the start only */

/* Reads agent.json again; the settings before stay in force when it cannot be used. */
static int settings_take(Daemon *daemon, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	Context context;

	if (daemon_settings_read(&daemon->settings, pool, daemon->options, &context, err) < 0)
		return -1;
	if (daemon->context_pool && strcmp(daemon->context.ldap_uri, context.ldap_uri) != 0)
		daemon_disconnect(daemon);
	pool_free(daemon->context_pool);
	daemon->context_pool = STEAL(pool);
	daemon->context = context;
	daemon->schedule.interval_usec = context.interval_sec * 1000000ULL;
	return 0;
}

int daemon_new(const SettingsOverride *options, const Clock *clock, Daemon **ret, Error *err)
{
	Pool *pool = pool_new();
	AUTO(Daemon) *daemon = pool_alloc(pool, sizeof(*daemon));

	*daemon = (Daemon){
		.pool = pool,
		.options = options,
		.clock = clock,
		.told_pool = pool_new(),
		.notices_pool = pool_new(),
		.seen_pool = pool_new(),
		.touched_pool = pool_new(),
		.looked_pool = pool_new(),
		.sentence_pool = pool_new(),
		.views_pool = pool_new(),
		.sentence = "starting",
		.status_pool = pool_new(),
		.lock = -1,
	};
	if (settings_take(daemon, err) < 0)
		return -1;
	daemon->lock = lock_take_daemon(daemon->context.run_dir, err);
	if (daemon->lock < 0 && err->class == ERROR_BUSY)
		return -1;
	daemon->host = host_lookup_new();
	daemon->watch = watch_new();
	daemon->extra_looks = extra_looks_new();
	daemon->good = last_good_new(daemon->context.state_dir);
	daemon_memory_read(daemon);
	schedule_start(&daemon->schedule, daemon->context.interval_sec, 0);
	daemon->next_usec = daemon_now_usec(daemon);
	*ret = STEAL(daemon);
	return 0;
}

void daemon_free(Daemon *daemon)
{
	if (!daemon)
		return;
	lock_release(daemon->lock);
	daemon_disconnect(daemon);
	host_lookup_free(daemon->host);
	daemon_probes_free(daemon);
	daemon_formers_free(daemon);
	watch_free(daemon->watch);
	last_good_free(daemon->good);
	pool_free(daemon->told_pool);
	pool_free(daemon->notices_pool);
	pool_free(daemon->seen_pool);
	pool_free(daemon->touched_pool);
	pool_free(daemon->looked_pool);
	pool_free(daemon->links.pool);
	pool_free(daemon->health.pool);
	pool_free(daemon->sentence_pool);
	pool_free(daemon->views_pool);
	pool_free(daemon->status_pool);
	pool_free(daemon->context_pool);
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
	return daemon->watch;
}

const char *daemon_sentence(const Daemon *daemon)
{
	return daemon->sentence;
}

/* --- the connection --- */

void daemon_disconnect(Daemon *daemon)
{
	directory_close(daemon->directory);
	daemon->directory = NULL;
}

int daemon_directory_fd(const Daemon *daemon)
{
	int fd = -1;

	/* A pass that did not get so far read nothing from it: waiting for it would not wait. */
	if (daemon->directory && daemon->has_asked)
		(void)directory_state(daemon->directory, &fd);
	return fd;
}

static int connection_make(DaemonPass *pass, Error *err)
{
	const bool has_answer = pass->triggers & TRIGGER_BIT(TRIGGER_ANSWER);

	pass->stage = STAGE_SLAPD;
	return daemon_connection_make(&pass->daemon->directory, &pass->context, has_answer, err);
}

int daemon_host_fd(const Daemon *daemon)
{
	return host_lookup_fd(daemon->host);
}

bool daemon_host_process(Daemon *daemon)
{
	return host_lookup_process(daemon->host);
}

/* --- one pass --- */

void daemon_state_problem(DaemonPass *pass, const Error *err)
{
	if (!pass->state_problem)
		pass->state_problem = pool_strdup(pass->pool, err->text);
}

static int state_failed(DaemonPass *pass, const Error *err)
{
	pass->has_state_failed = err->class != ERROR_BUSY;
	if (pass->has_state_failed)
		daemon_state_problem(pass, err);
	return -1;
}

bool daemon_has_successor(const Daemon *daemon)
{
	return daemon->has_successor;
}

/* The lock and what is remembered. Where nothing can be written now that is told at once, not when
 * something would have to be. */
static int state_take(DaemonPass *pass, Error *err)
{
	Daemon *daemon = pass->daemon;
	const char *state_dir = pass->context.state_dir;
	Error write_err;

	if (daemon_alone_check(&daemon->lock, daemon->context.run_dir, &daemon->has_successor,
			       err) < 0)
		return -1;
	pass->lock = lock_take(pass->context.run_dir, 0, err);
	if (pass->lock >= 0 || err->class != ERROR_BUSY)
		pass->stage = STAGE_STATE;
	if (pass->lock < 0 || state_read(pass->pool, state_dir, true, &pass->state, err) < 0)
		return state_failed(pass, err);
	if (state_check_writable(state_dir, &write_err) < 0)
		daemon_state_problem(pass, &write_err);
	pass->context.state = &pass->state;
	return 0;
}

static int inputs_take(DaemonPass *pass, Error *err)
{
	Daemon *daemon = pass->daemon;
	Error keep_err;

	pass->stage = STAGE_INPUTS;
	if (context_inputs(&pass->context, true, &pass->inputs, err) < 0) {
		if (err->class == ERROR_BUSY)
			pass->stage = STAGE_STATE; /* nothing can be said of the files yet */
		return -1;
	}
	pass->has_inputs = true;
	daemon_contests_take(pass);
	daemon_probes_take(pass);
	daemon_formers_take(pass);
	daemon_desired_seen(pass);
	if (!pass->inputs.refusal &&
	    last_good_keep(daemon->good, &pass->inputs.file, &pass->inputs.secrets, &keep_err) < 0)
		daemon_state_problem(pass, &keep_err);
	return 0;
}

/* What changed outside, and systemd, which waits for the first pass, wait no longer for peers than
 * that: what they did not say is not known, and the next pass by the timer has more time. */
static unsigned peers_patience_msec(const DaemonPass *pass)
{
	return (pass->triggers & ~TRIGGER_BIT(TRIGGER_TIMER)) ? PEERS_MOMENT_MSEC : 0;
}

/* Before anything else, also where peers.json cannot be used: while a heal that was cut off left
 * another server ID, clients write under it. */
static int heal_end(DaemonPass *pass, Error *err)
{
	if (!pass->state.known.heal)
		return 0;
	return connection_make(pass, err) < 0 ? -1 : daemon_heal_end(pass, err);
}

static int pass_try(DaemonPass *pass, Error *err)
{
	PassOptions options = {
		.may_write = true,
		.forgets_first = true,
		.probes = &pass->daemon->probes.done,
		.probes_later = true,
		.peers_patience_msec = peers_patience_msec(pass),
		.run_dir = pass->context.run_dir,
		.views = &pass->daemon->views,
		.extra_looks = pass->daemon->extra_looks,
		.hooks = daemon_hooks(pass),
	};
	const Report *report = &pass->report;

	if (state_take(pass, err) < 0 || heal_end(pass, err) < 0 || inputs_take(pass, err) < 0 ||
	    connection_make(pass, err) < 0)
		return -1;
	options.lock = pass->lock;
	options.is_paused =
		pause_holds(&pass->inputs.state.pause, daemon_realtime_sec(pass->daemon));
	pass_run(pass->pool, &pass->inputs, &options, pass->daemon->directory, &pass->report);
	daemon_memory_views(pass);
	if (report->has_plan)
		pass->stage = STAGE_PLAN;
	if (report->has_state_error)
		daemon_state_problem(pass, &report->state_error);
	if (!report->has_failed)
		return 0;
	*err = report->error;
	pass->has_state_failed =
		report->has_state_error && strcmp(err->text, report->state_error.text) == 0;
	return -1;
}

/* Told to end while slapd was being asked, or no time was left to ask it: that says nothing about
 * slapd. */
static void stop_note(DaemonPass *pass, const Error *err)
{
	if ((err->class == ERROR_STOPPED || err->class == ERROR_BUSY) && pass->stage == STAGE_SLAPD)
		pass->stage = STAGE_INPUTS;
}

/* slapd.d changed, and nothing else that is watched: a correction is probably urgent. */
static bool is_urgent(const DaemonPass *pass)
{
	return pass->triggers == TRIGGER_BIT(TRIGGER_CONFIG);
}

/* No name server is waited for in a pass. */
static void host_look(DaemonPass *pass)
{
	HostLookup *host = pass->daemon->host;

	if (pass->number == 1)
		host_lookup_wait(host, HOST_PATIENCE_MSEC);
	else if (pass->triggers & TRIGGER_BIT(TRIGGER_RELOAD))
		host_lookup_again(host);
	else if (!is_urgent(pass) && !(pass->triggers & TRIGGER_BIT(TRIGGER_HOST)))
		host_lookup_when_needed(host);
}

/* What need not be found out anew when every moment counts. */
static void known_take(DaemonPass *pass)
{
	const Daemon *daemon = pass->daemon;

	pass->context.fqdn = host_lookup_name(daemon->host);
	pass->context.fqdn_is_open = host_lookup_is_open(daemon->host);
	pass->context.fqdn_is_awaited = host_lookup_is_first(daemon->host);
	if (!pass->context.config_dir && watch_sees_config(daemon->watch))
		pass->context.config_dir = daemon->config_dir;
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
	daemon->missed = watch_drain_names(daemon->watch);
	if (daemon->missed)
		wake_add(wakes, WAKE_NEWS, daemon_now_usec(daemon));
}

/* What it wishes for the next. */
static WakeList pass_make(Daemon *daemon, unsigned triggers)
{
	AUTO(Pool) *pool = pool_new();
	DaemonPass pass = {
		.daemon = daemon,
		.pool = pool,
		.triggers = triggers_take(daemon, triggers),
		.lock = -1,
		.number = ++daemon->n_passes,
		.started_usec = daemon_now_usec(daemon),
	};
	Error err = {0}, settings_err;

	/* Before the files are read: what changes later makes another pass. */
	pass.triggers |= watch_drain_names(daemon->watch);
	if ((!is_urgent(&pass) || daemon_settings_differ(&daemon->settings, daemon->options)) &&
	    settings_take(daemon, &settings_err) < 0)
		pass.settings_problem = settings_err.text;
	pass.context = daemon->context;
	host_look(&pass);
	known_take(&pass);
	pass.context.pool = pool;
	pass.context.last_good = daemon->good;
	pass.context.budget = budget_of(PASS_DEADLINE_MSEC, interrupt_is_pending);
	if (pass.triggers & TRIGGER_BIT(TRIGGER_STATE))
		schedule_reset(&daemon->schedule);
	daemon_tell_begin(&pass);
	if (pass_try(&pass, &err) == 0)
		err = (Error){0};
	daemon->has_asked = pass.stage >= STAGE_SLAPD;
	stop_note(&pass, &err);
	daemon->has_written = pass.report.n_done > 0;
	daemon_schedule_next(&pass, &err);
	daemon_tell_end(&pass, &err);
	daemon_status_pass(&pass, &err);
	daemon_schedule_ill(&pass);
	daemon_watch_again(&pass);
	daemon_formers_look(&pass);
	daemon_probes_next(&pass);
	lock_release(pass.lock);
	return pass.wakes;
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

	/* When the memory of the pass is free again: many peers make a long text. */
	daemon_status_write(daemon);
	names_drain(daemon, &wishes);
	pass.ended_usec = daemon_now_usec(daemon);
	pass.has_written = daemon->has_written;
	wake_passed(&daemon->wakes, &pass);
	daemon->next_usec = wake_choose(&daemon->wakes, &wishes, pass.ended_usec);
}
