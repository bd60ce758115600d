/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon.h"

#include "agent/daemon/daemon_status.h"
#include "agent/daemon/daemon_wake.h"
#include "agent/daemon/daemon_work.h"
#include "agent/files/lock.h"
#include "agent/heartbeat/daemon_fleet.h"
#include "agent/kept/daemon_conditions.h"
#include "agent/links/daemon_identity.h"
#include "agent/links/daemon_sight.h"
#include "agent/system/interrupt.h"

/* Below WatchdogSec of the unit (60 s): a pass that started right after the last sign of life is
 * over before systemd loses patience. */
#define PASS_DEADLINE_MSEC 45000

/* What lives as long as the daemon: concerns, each with its own state. */
struct Daemon {
	Pool *pool;
	const Clock *clock;
	DaemonSite site;
	DaemonPlaces places;
	DaemonHandEdits hand_edits;
	DaemonSchedule schedule;
	DaemonPutBack put_back;
	DaemonSight sight;
	DaemonAsides asides;
	DaemonFleet fleet;
	DaemonRefusal refusal;
	DaemonTold told;
	DaemonKept kept;
	DaemonStatus status;
	DaemonWake wake;
};

static uint64_t now_usec(const Daemon *daemon)
{
	return daemon->clock->monotonic_usec(daemon->clock->userdata);
}

/* What an earlier daemon reported and still lasts is not reported again. */
static void kept_read(Daemon *daemon)
{
	const JournalContext journal = {.trigger = "start"};
	ConditionList told;
	EventList events;

	daemon->kept = daemon_kept_read(daemon->site.context.paths.state_dir, &told, &events);
	daemon->told = daemon_told_new(&told);
	for (size_t i = 0; i < events.n_items; i++)
		journal_tell(&journal, &events.items[i]);
}

int daemon_new(const SettingsOverride *options, const Clock *clock, Daemon **ret, Error *err)
{
	Pool *pool = pool_new();
	AUTO(Daemon) *daemon = pool_alloc(pool, sizeof(*daemon));

	*daemon = (Daemon){.pool = pool, .clock = clock};
	if (daemon_site_open(&daemon->site, options, err) < 0)
		return -1;
	daemon->places = daemon_places_new();
	daemon->hand_edits = daemon_hand_edits_new();
	daemon->asides = daemon_asides_new();
	daemon->schedule = daemon_schedule_new(daemon->site.context.rhythm.interval_sec);
	kept_read(daemon);
	daemon->status = daemon_status_new(clock);
	daemon->wake.next_usec = now_usec(daemon);
	*ret = STEAL(daemon);
	return 0;
}

void daemon_free(Daemon *daemon)
{
	if (!daemon)
		return;
	daemon_site_close(&daemon->site);
	daemon_asides_free(&daemon->asides);
	daemon_put_back_free(&daemon->put_back);
	daemon_places_free(&daemon->places);
	daemon_hand_edits_free(&daemon->hand_edits);
	daemon_sight_free(&daemon->sight);
	daemon_fleet_free(&daemon->fleet);
	daemon_told_free(&daemon->told);
	daemon_kept_free(&daemon->kept);
	daemon_status_free(&daemon->status);
	pool_free(daemon->pool);
}

/* --- what the loop asks --- */

uint64_t daemon_next_usec(const Daemon *daemon)
{
	return daemon->wake.next_usec;
}

bool daemon_postpones(Daemon *daemon, unsigned triggers)
{
	return daemon_wake_postpones(&daemon->wake, triggers, now_usec(daemon));
}

Watch *daemon_watch(Daemon *daemon)
{
	return daemon->places.watch;
}

unsigned daemon_drain(Daemon *daemon)
{
	Watch *watch = daemon->places.watch;
	const bool is_touched = daemon_hand_edits_drain(&daemon->hand_edits, watch);

	return watch_drain_names(watch) | (is_touched ? TRIGGER_BIT(TRIGGER_CONFIG) : 0);
}

void daemon_is_blind(Daemon *daemon, int error)
{
	daemon->places.blind_errno = error;
}

int daemon_directory_fd(const Daemon *daemon)
{
	return daemon_site_fd(&daemon->site);
}

int daemon_probe_fd(const Daemon *daemon)
{
	return daemon_probes_fd(&daemon->asides.probes);
}

bool daemon_probe_process(Daemon *daemon)
{
	return daemon_probes_process(&daemon->asides.probes, daemon->clock);
}

int daemon_host_fd(const Daemon *daemon)
{
	return host_lookup_fd(daemon->site.host);
}

bool daemon_host_process(Daemon *daemon)
{
	return host_lookup_process(daemon->site.host);
}

const char *daemon_sentence(const Daemon *daemon)
{
	return daemon->status.sentence;
}

bool daemon_has_successor(const Daemon *daemon)
{
	return daemon->site.has_successor;
}

/* --- its begin and its end --- */

static void event_tell(Daemon *daemon, const JournalContext *journal, Event event)
{
	daemon_told_events(&daemon->told, journal, &(EventList){&event, 1});
}

void daemon_start(Daemon *daemon)
{
	AUTO(Pool) *pool = pool_new();
	const Context *context = &daemon->site.context;

	daemon_status_write(&daemon->status, context, &daemon->told, daemon->clock);
	event_tell(daemon, &(JournalContext){.trigger = "start"},
		   (Event){.kind = EVENT_STARTED,
			   .text = pool_printf(pool, "syncward %s started, watching %s",
					       SYNCWARD_VERSION, context->paths.peers_file)});
}

void daemon_stop(Daemon *daemon)
{
	daemon_status_stop(&daemon->status, &daemon->site.context, &daemon->told, daemon->clock);
	event_tell(daemon, &(JournalContext){0},
		   (Event){.kind = EVENT_STOPPED, .text = "syncward stopped"});
}

/* --- what a pass needs --- */

static Found found_begin(Daemon *daemon, Pool *pool, unsigned triggers)
{
	const unsigned taken = daemon_wake_take(&daemon->wake, triggers);

	return (Found){
		.pool = pool,
		.begin.clock = daemon->clock,
		/* Before the files are read: what changes later causes another pass. */
		.begin.triggers = taken | watch_drain_names(daemon->places.watch),
		.begin.number = daemon->wake.n_passes,
		.begin.started_usec = now_usec(daemon),
		.lock = -1,
		.before.told = &daemon->told.lasting,
		.before.answers = &daemon->asides.probes.done,
	};
}

static PassMoments moments_of(Daemon *daemon, const Found *found)
{
	return (PassMoments){
		.found = found,
		.site = &daemon->site,
		.asides = &daemon->asides,
		.places = &daemon->places,
		.hand_edits = &daemon->hand_edits,
		.put_back = &daemon->put_back,
		.schedule = &daemon->schedule,
		.told = &daemon->told,
		.kept = &daemon->kept,
	};
}

/* slapd.d changed, and nothing else that is watched: a correction is probably urgent. */
static bool is_urgent(const Found *found)
{
	return found->begin.triggers == TRIGGER_BIT(TRIGGER_CONFIG);
}

/* The settings, and what need not be found out anew when every moment counts. */
static void site_take(Daemon *daemon, Found *found)
{
	Context *context = &found->context;
	Error err;

	if (daemon_site_settings(&daemon->site, is_urgent(found), &err) < 0)
		found->troubles.settings = pool_strdup(found->pool, err.text);
	*context = daemon->site.context;
	daemon_site_host(&daemon->site, is_urgent(found), found);
	if (!context->paths.config_dir && watch_sees_config(daemon->places.watch))
		context->paths.config_dir = daemon->places.config_dir;
	context->pool = found->pool;
	context->last_good = daemon->site.good;
	context->budget = budget_of(PASS_DEADLINE_MSEC, interrupt_is_pending);
	daemon_schedule_begin(&daemon->schedule, found);
	found->journal = daemon_told_context(found);
}

/* --- one pass --- */

/* What happened once, and what need not be reported again. */
static void once_tell(Daemon *daemon, const Found *found, PassMoments *moments)
{
	const Report *report = &found->report;
	const EventList notices = daemon_told_notices(&daemon->told, found);

	daemon_kept_history(&daemon->kept, found, &notices);
	if (report->has_plan && (report->is_audit || report->is_paused))
		daemon_hooks_changes(moments, &report->first.world.config, &report->first.plan);
}

static Follow contests_follow(Daemon *daemon, const Found *found, DaemonContests *contests)
{
	const Follow follow = daemon_contests_look(contests, found);

	if (found->report.has_plan)
		daemon_kept_contests(&daemon->kept, found, &contests->list, contests->has_news);
	return follow;
}

/* What the node says of itself is what lasts, so this comes after all others have looked. */
static Follow fleet_follow(Daemon *daemon, const Found *found, const ConditionList *lasting)
{
	return daemon_fleet_look(&daemon->fleet, found,
				 &(HeartbeatSight){
					 .lasting = lasting,
					 .health = &daemon->sight.health,
					 .n_rounds = daemon->asides.probes.n_rounds,
				 });
}

/* What went wrong outside this pass. */
static void troubles_take(const Daemon *daemon, Found *found)
{
	Troubles *troubles = &found->troubles;

	/* A copy: what lasts is kept before this counts as reported, and that may end the
	 * problem. */
	troubles->kept = pool_strdup(found->pool, daemon_kept_problem(&daemon->kept));
	troubles->status = *daemon->status.problem ? daemon->status.problem : NULL;
	troubles->watch = daemon_places_problem(&daemon->places, found);
}

/* Reported first, then kept: what was not reported is reported again. */
static void lasting_tell(Daemon *daemon, const Found *found, Follow *follow)
{
	EventList changes;

	daemon_told_events(&daemon->told, &found->journal, &follow->events);
	changes = daemon_told_compare(&daemon->told, found, &follow->lasting);
	daemon_kept_history(&daemon->kept, found, &changes);
	daemon_kept_conditions(&daemon->kept, found, &follow->lasting);
	daemon_told_take(&daemon->told, &follow->lasting);
	daemon_kept_databases(&daemon->kept, found, daemon->sight.health.items,
			      daemon->sight.health.n_items);
}

static Follow status_show(Daemon *daemon, const Found *found, const Error *err)
{
	const StatusPassed passed = {
		.lasting = &daemon->told.lasting,
		.links = &daemon->sight.links,
		.health = &daemon->sight.health,
		.heartbeat = &daemon->fleet.heartbeat,
		.outcome = daemon->schedule.schedule.last,
		.err = err,
	};

	daemon_status_pass(&daemon->status, found, &passed);
	return daemon_schedule_ill(
		&daemon->schedule, found,
		daemon_status_count_unsettled(&daemon->status, &daemon->told.lasting) +
			daemon_probes_count_awaited(found));
}

/* What a pass leaves behind when its memory is free again. */
typedef struct PassEnd {
	WakeList wishes;
	bool has_written;
	unsigned unheard; /* TRIGGER_BITs: another writer has the lock, nothing was looked at */
} PassEnd;

/* A pass, to be read from top to bottom. Order matters where a value is handed on: what lasts is
 * reported before it is kept and shown, and probes come last because they take what others ask. */
static PassEnd pass_make(Daemon *daemon, unsigned triggers)
{
	AUTO(Pool) *pool = pool_new();
	Found found = found_begin(daemon, pool, triggers);
	PassMoments moments = moments_of(daemon, &found);
	Follow follow = {0};
	Error err;

	site_take(daemon, &found);
	err = daemon_work(&moments, &found); /* look, plan, write, verify */

	follow_add(pool, &follow,
		   daemon_schedule_next(&daemon->schedule, &found, &moments.write, &err,
					daemon->places.socket != NULL));
	once_tell(daemon, &found, &moments);
	daemon_kept_again(&daemon->kept, &found);
	daemon_kept_entries(&daemon->kept, &found, &moments.sent);
	follow_add(pool, &follow, contests_follow(daemon, &found, &moments.contests));

	troubles_take(daemon, &found);
	follow_add(pool, &follow, daemon_troubles_look(&daemon->refusal, &found, &err));
	follow_add(pool, &follow, daemon_hand_edits_follow(&found, &moments.edits));
	follow_add(pool, &follow, daemon_conditions_look(&found));
	follow_add(pool, &follow, daemon_sight_look(&daemon->sight, &found, &moments.links_before));
	daemon_orders_heeded(&daemon->schedule.orders, &found);
	follow_add(pool, &follow, fleet_follow(daemon, &found, &follow.lasting));
	lasting_tell(daemon, &found, &follow);
	follow_add(pool, &follow, status_show(daemon, &found, &err));

	follow_add(pool, &follow,
		   daemon_places_watch(&daemon->places, &found, daemon_site_fd(&daemon->site),
				       daemon->site.options->agent_config));
	follow_add(pool, &follow, daemon_put_back_look(&daemon->put_back, &found));
	follow_add(pool, &follow, daemon_identity_look(&found));
	follow_add(pool, &follow, daemon_probes_look(&daemon->asides.probes, &found, &follow.asks));
	lock_release(found.lock);
	return (PassEnd){.wishes = follow.wakes,
			 .has_written = found.report.n_done > 0,
			 .unheard = found.lock < 0 && err.class == ERROR_BUSY ? found.begin.triggers
									      : 0};
}

void daemon_pass(Daemon *daemon, unsigned triggers)
{
	WakePass pass = {
		.began_usec = now_usec(daemon),
		.is_from_outside = daemon_wake_is_from_outside(&daemon->wake, triggers),
	};
	const PassEnd end = pass_make(daemon, triggers);
	unsigned missed;

	daemon_status_next(&daemon->status, daemon->clock,
			   wake_choose(&daemon->wake.history, &end.wishes, now_usec(daemon)));
	/* When the memory of the pass is free again: many peers make a long text. */
	daemon_status_write(&daemon->status, &daemon->site.context, &daemon->told, daemon->clock);
	/* Our own files are in a folder that is watched: what is left there would wake us for
	 * nothing. */
	missed = watch_drain_names(daemon->places.watch);
	pass.ended_usec = now_usec(daemon);
	pass.has_written = end.has_written;
	daemon_wake_passed(&daemon->wake, &pass, end.wishes, missed, end.unheard);
}
