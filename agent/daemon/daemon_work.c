/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_work.h"

#include <string.h>

#include "agent/files/lock.h"
#include "agent/pass/server_id_back.h"
#include "agent/state/state.h"
#include "common/tell/corrections.h"

#define PEERS_MOMENT_MSEC 2000

static int state_failed(Found *found, const Error *err)
{
	found->troubles.has_ended = err->class != ERROR_BUSY;
	if (found->troubles.has_ended)
		found_state_problem(found, err);
	return -1;
}

/* That of daemons first: another one must not get to write in between. */
static int locks_take(DaemonSite *site, Found *found, Error *err)
{
	if (daemon_site_alone(site, err) < 0)
		return -1;
	found->lock = lock_take(found->context.paths.run_dir, 0, err);
	return found->lock < 0 ? -1 : 0;
}

/* The locks and what is remembered. Where nothing can be written now, that is reported at once, not
 * only when something has to be written. */
static int state_take(DaemonSite *site, Found *found, Error *err)
{
	const char *state_dir = found->context.paths.state_dir;
	const bool is_locked = locks_take(site, found, err) == 0;
	Error write_err;

	if (is_locked || err->class != ERROR_BUSY)
		found->stage = STAGE_STATE;
	if (!is_locked || state_read(found->pool, state_dir, true, &found->state, err) < 0)
		return state_failed(found, err);
	if (state_check_writable(state_dir, &write_err) < 0)
		found_state_problem(found, &write_err);
	found->context.state = &found->state;
	return 0;
}

static int slapd_connect(DaemonSite *site, Found *found, Error *err)
{
	found->stage = STAGE_SLAPD;
	return daemon_site_connect(site, found, err);
}

/* Before anything else, also where peers.json cannot be used: while a heal that was cut off left
 * another server ID, clients write under it. */
static int heal_end(PassMoments *moments, Found *found, Error *err)
{
	EventList events;
	int result;

	if (!found->state.known.heal)
		return 0;
	if (slapd_connect(moments->site, found, err) < 0)
		return -1;
	result = server_id_bring_back(found->pool, found->context.paths.state_dir,
				      found->state.known.heal, found->directory, &events, err);
	heal_written(found->pool, &events, &moments->sent);
	daemon_told_events(moments->told, &found->journal, &events);
	daemon_kept_history(moments->kept, found, &events);
	return result;
}

/* What people want, and what is wanted of it now. */
static int inputs_take(PassMoments *moments, Found *found, Error *err)
{
	const Inputs *inputs = &found->inputs;
	Error keep_err;

	found->stage = STAGE_INPUTS;
	if (context_inputs(&found->context, true, &found->inputs, err) < 0) {
		if (err->class == ERROR_BUSY)
			found->stage = STAGE_STATE; /* nothing can be said of the files yet */
		return -1;
	}
	found->has_inputs = true;
	daemon_contests_take(&moments->contests, found);
	daemon_probes_take(&moments->asides->probes, found);
	daemon_put_back_want(moments->put_back, found);
	if (daemon_told_desired(moments->told, found))
		daemon_schedule_forget(moments->schedule);
	if (!inputs->refusal && !inputs->rollout.text &&
	    last_good_keep(moments->site->good, &inputs->file, &inputs->secrets, &keep_err) < 0)
		found_state_problem(found, &keep_err);
	return 0;
}

/* Changes outside, and systemd, which waits for the first pass, wait no longer than that for peers:
 * what they did not say is not known, and the next pass by the timer has more time. */
static unsigned peers_patience_msec(const Found *found)
{
	return (found->begin.triggers & ~TRIGGER_BIT(TRIGGER_TIMER)) ? PEERS_MOMENT_MSEC : 0;
}

static int work_try(PassMoments *moments, Found *found, Error *err)
{
	PassOptions options = {
		.may_write = true,
		.forgets_first = true,
		.probes = found->before.answers,
		.probes_later = true,
		.peers_patience_msec = peers_patience_msec(found),
		.writers.run_dir = found->context.paths.run_dir,
		.views = &moments->kept->views,
		.extra_looks = moments->asides->extra_looks,
		.hooks = daemon_hooks(moments),
	};
	const Report *report = &found->report;

	if (state_take(moments->site, found, err) < 0)
		return -1;
	if (daemon_orders_take(&moments->schedule->orders, found))
		daemon_schedule_forget(moments->schedule);
	daemon_kept_reread(moments->kept, found);
	if (heal_end(moments, found, err) < 0 || inputs_take(moments, found, err) < 0 ||
	    slapd_connect(moments->site, found, err) < 0)
		return -1;
	options.writers.descriptor = found->lock;
	options.is_paused = pause_holds(&found->inputs.state.pause, found_realtime_sec(found));
	pass_run(found->pool, &found->inputs, &options, found->directory, &found->report);
	daemon_kept_views(moments->kept, found);
	if (report->has_plan)
		found->stage = STAGE_PLAN;
	if (report->end.has_state_error)
		found_state_problem(found, &report->end.state_error);
	if (!report->end.has_failed)
		return 0;
	*err = report->end.error;
	found->troubles.has_ended =
		report->end.has_state_error && strcmp(err->text, report->end.state_error.text) == 0;
	return -1;
}

Error daemon_work(PassMoments *moments, Found *found)
{
	Error err = {0};

	if (work_try(moments, found, &err) == 0)
		err = (Error){0};
	moments->site->has_asked = found->stage >= STAGE_SLAPD;
	/* Told to end while slapd was being asked, or no time was left to ask it: that says nothing
	 * about slapd. */
	if ((err.class == ERROR_STOPPED || err.class == ERROR_BUSY) && found->stage == STAGE_SLAPD)
		found->stage = STAGE_INPUTS;
	return err;
}
