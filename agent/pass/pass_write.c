/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/pass/pass_internal.h"
#include "agent/state/state_keep.h"
#include "agent/system/lock.h"
#include "common/pass/memory_after.h"
#include "common/plan/render.h"

/* With less no intent is told: what stands behind it could not be sent. */
#define WRITES_NEED_MSEC 8000

static const char *config_dir(const Pass *pass)
{
	return pass->inputs->config_dir ? pass->inputs->config_dir
					: world_config_dir(pass->pool, &pass->world);
}

static void failure_note(Report *report, Pool *pool, const char *text)
{
	for (size_t i = 0; i < report->n_failures; i++)
		if (strcmp(report->failures[i], text) == 0)
			return;
	POOL_PUSH(pool, report->failures, report->n_failures, pool_strdup(pool, text));
}

int pass_keep(Pass *pass, Error *err)
{
	return state_keep(pass->inputs->state_dir, &pass->kept, &pass->known, err);
}

void pass_state_note(Pass *pass, const Error *err)
{
	if (pass->report->has_state_error)
		return;
	pass->report->has_state_error = true;
	pass->report->state_error = *err;
}

int pass_state_failed(Pass *pass, const Error *err)
{
	pass_state_note(pass, err);
	return -1;
}

static void tell_written(const Pass *pass, const Applied *applied, const Error *err)
{
	const PassHooks *hooks = &pass->options->hooks;

	if (hooks->after_write)
		hooks->after_write(hooks->userdata, &pass->plan, applied, err);
}

static void tell_intended(const Pass *pass)
{
	const PassHooks *hooks = &pass->options->hooks;

	if (hooks->intended)
		hooks->intended(hooks->userdata, &pass->plan);
}

static int intent_write(Pass *pass, Error *err)
{
	const char *intent = render_intent(pass->pool, &pass->plan);

	pass->has_intent = true; /* it may be there also when writing it failed */
	if (state_write_intent(pass->inputs->state_dir, intent, err) < 0)
		return error_prefix(err, "nothing is written before its intent is on disk");
	return 0;
}

static DiskWitness *witness_make(const Pass *pass, const char *folder)
{
	const PassHooks *hooks = &pass->options->hooks;
	DiskWitness *lent =
		folder && hooks->witness ? hooks->witness(hooks->userdata, folder) : NULL;

	return lent || !folder ? lent : witness_open(folder);
}

/* Whoever took away the file that we hold let others in. */
static int lock_check(const Pass *pass, Error *err)
{
	const PassOptions *options = pass->options;

	if (!options->run_dir || lock_is_held(options->lock, options->run_dir, LOCK_OF_WRITERS))
		return 0;
	return error_set(err, ERROR_BUSY, 0,
			 "%s/" LOCK_OF_WRITERS
			 ": somebody removed it while it was held, so that another syncward may be "
			 "at work: nothing is written now",
			 options->run_dir);
}

int pass_write(Pass *pass, Error *err)
{
	const char *folder = config_dir(pass);
	AUTO(DiskWitness) *witness = witness_make(pass, folder);
	Applied applied = {0};
	Error failure, later = {0};
	int result;

	if (budget_check(&pass->directory->budget, WRITES_NEED_MSEC, "the changes", err) < 0 ||
	    (folder && config_dir_has_space(folder, err) < 0))
		return -1;
	if (intent_write(pass, err) < 0)
		return pass_state_failed(pass, err);
	memory_indexing(&pass->plan, pass->world.facts.now_sec, &pass->known);
	if (pass_keep(pass, err) < 0)
		return pass_state_failed(pass, err);
	if (lock_check(pass, err) < 0)
		return -1;
	tell_intended(pass);
	result = steps_run(&(StepsPlace){.directory = pass->directory,
					 .witness = witness,
					 .world = &pass->world,
					 .pool = pass->look},
			   &pass->plan, &applied, &failure);
	tell_written(pass, &applied, result < 0 ? &failure : NULL);
	pass->report->n_done += applied.n_done;
	for (size_t i = 0; i < applied.n_failures; i++)
		failure_note(pass->report, pass->pool, applied.failures[i]);
	memory_applied(pass->pool, &applied, pass->world.live.start_time, &pass->known);
	if (pass_keep(pass, &later) < 0)
		pass_state_note(pass, &later);
	if (result < 0)
		*err = failure;
	return result;
}
