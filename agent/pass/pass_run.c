/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "agent/files/lock.h"
#include "agent/look/needs_answer.h"
#include "agent/look/pass_look.h"
#include "agent/pass/pass.h"
#include "agent/pass/saved_plan.h"
#include "agent/state/state_keep.h"
#include "common/pass/pass_next.h"

/* With less no intent is reported: the write that follows it could not be sent. */
#define WRITES_NEED_MSEC 8000

/* What carries the actions of one pass out. */
typedef struct Runner {
	Pass pass;
	Pool *pool;
	const Inputs *inputs;
	const PassOptions *options;
	Directory *directory;
	Known kept; /* as the state folder has it */
	LinkAnswers answers;
	SilentPeers silent;
	ReaderAnswers readers;
	DiskWitness *witness; /* of the plan that is being written; NULL: none */
	StepsPlace place;
} Runner;

/* --- looking --- */

/* Of what readers were seen to read, what held only for a moment is looked at again. */
static void readers_keep(Runner *runner, const ReaderViews *views)
{
	runner->readers.views = reader_views_keep(runner->pool, views, NULL, (int64_t)time(NULL));
}

static int look(Runner *runner, const PassAction *action, Error *err)
{
	const PassOptions *options = runner->options;
	Pass *pass = &runner->pass;
	const PlannerInput input = {
		.plan = pass->input.plan,
		.answers = options->probes_later ? NULL : &runner->answers,
		.looks_for_old = !options->probes_later,
		.readers = &runner->readers,
		.machine = &runner->inputs->machine,
		.probes = options->probes,
		.contents = options->contents,
		.n_contents = options->n_contents,
		.peers_patience_msec = options->peers_patience_msec,
		.silent = &runner->silent,
		.extra_looks = options->extra_looks,
		.writes = pass_writes(pass),
	};

	if (action->is_behind_write)
		readers_keep(runner, &runner->readers.views);
	if (options->hooks.before_look)
		options->hooks.before_look(options->hooks.userdata);
	if (planner_run(runner->directory, action->look, &input, &pass->now.world, &pass->now.plan,
			err) < 0 ||
	    directory_check_stop(runner->directory, err) < 0)
		return -1;
	if (options->hooks.after_look)
		options->hooks.after_look(options->hooks.userdata, &pass->now.world);
	return 0;
}

static int check_saved(const Runner *runner, const Plan *plan, Error *err)
{
	const PassOptions *options = runner->options;
	const PlanBasis basis = {
		.inputs = runner->inputs,
		.world = &runner->pass.now.world,
		.plan = plan,
		.is_eased = options->consent.released != 0 || options->consent.is_first_node,
	};

	return saved_plan_check(runner->pool, options->saved, &basis, err);
}

/* --- remembering --- */

static int keep(Runner *runner, const PassAction *action, Error *err)
{
	const char *state_dir = runner->inputs->state_dir;

	if (action->intent && state_write_intent(state_dir, action->intent, err) < 0)
		return -1;
	if (action->ends_intent && state_remove_intent(state_dir, err) < 0)
		return -1;
	if (!action->known || state_keep(state_dir, &runner->kept, action->known, err) == 0)
		return 0;
	if (action->is_not_needed)
		runner->kept.peers.refusals = action->known->peers.refusals;
	return -1;
}

/* --- writing --- */

static void witness_end(Runner *runner)
{
	witness_close(runner->witness);
	runner->witness = NULL;
}

static void witness_begin(Runner *runner, const char *folder)
{
	const PassHooks *hooks = &runner->options->hooks;

	if (folder && hooks->witness)
		runner->witness = hooks->witness(hooks->userdata, folder);
	if (folder && !runner->witness)
		runner->witness = witness_open(folder);
}

static int intend(Runner *runner, const PassAction *action, bool *ret_later, Error *err)
{
	const PassHooks *hooks = &runner->options->hooks;
	const World *world = &runner->pass.now.world;
	const char *folder = runner->inputs->config_dir;

	*ret_later = hooks->before_write &&
		     !hooks->before_write(hooks->userdata, world, action->plan, action->digest);
	if (*ret_later)
		return 0;
	if (!folder)
		folder = world_config_dir(runner->pool, world);
	witness_begin(runner, folder);
	if (budget_check(&runner->directory->budget, WRITES_NEED_MSEC, "the changes", err) < 0)
		return -1;
	return folder ? config_dir_has_space(folder, err) : 0;
}

/* When the file that we hold is taken away, others get in. */
static int lock_check(const HeldLock *writers, Error *err)
{
	if (!writers->run_dir ||
	    lock_is_held(writers->descriptor, writers->run_dir, LOCK_OF_WRITERS))
		return 0;
	return error_set(err, ERROR_BUSY, 0,
			 "%s/" LOCK_OF_WRITERS
			 ": somebody removed it while it was held, so that another syncward may be "
			 "at work: nothing is written now",
			 writers->run_dir);
}

static int set_out(Runner *runner, const PassAction *action, Error *err)
{
	const PassHooks *hooks = &runner->options->hooks;
	Pass *pass = &runner->pass;

	if (lock_check(&runner->options->writers, err) < 0)
		return -1;
	if (hooks->intended)
		hooks->intended(hooks->userdata, action->plan);
	runner->place = (StepsPlace){.directory = runner->directory,
				     .witness = runner->witness,
				     .world = &pass->now.world,
				     .pool = pass->pools.look};
	steps_outlast_stalls(&runner->place);
	return 0;
}

static void wrote(Runner *runner, const PassAction *action)
{
	const PassHooks *hooks = &runner->options->hooks;

	if (hooks->after_write)
		hooks->after_write(hooks->userdata, action->plan, action->applied, action->error);
	witness_end(runner);
}

/* --- the pass --- */

static int carry_out(Runner *runner, const PassAction *action, PassAnswer *answer)
{
	switch (action->want) {
	case PASS_LOOK:
		witness_end(runner);
		return look(runner, action, &answer->error);
	case PASS_CHECK:
		return check_saved(runner, action->plan, &answer->error);
	case PASS_KEEP:
		answer->kept = &runner->kept;
		return keep(runner, action, &answer->error);
	case PASS_INTEND:
		return intend(runner, action, &answer->is_later, &answer->error);
	case PASS_SET_OUT:
		return set_out(runner, action, &answer->error);
	case PASS_WROTE:
		wrote(runner, action);
		return 0;
	default:
		*answer = steps_do(&runner->place, action);
		return answer->has_failed ? -1 : 0;
	}
}

static PassInput input_of(const Runner *runner)
{
	const PassOptions *options = runner->options;
	const Inputs *inputs = runner->inputs;

	return (PassInput){
		.plan = {.desired = inputs->file.desired,
			 .not_listed = inputs->not_listed,
			 .wanted = inputs->wanted.self ? &inputs->wanted : NULL,
			 .options = {.consent = options->consent,
				     .renews_tls = inputs->renews_tls,
				     .sha256 = inputs->file.sha256,
				     .rollout = inputs->rollout.text,
				     .goes_on = inputs->rollout.kept != NULL}},
		.notices = inputs->state.notices,
		.n_notices = inputs->state.n_notices,
		.intent = inputs->state.intent,
		.may_write = options->may_write,
		.is_paused = options->is_paused,
		.has_saved = options->saved != NULL,
		.forgets_first = options->forgets_first,
	};
}

void pass_run(Pool *pool, const Inputs *inputs, const PassOptions *options, Directory *directory,
	      Report *ret)
{
	Runner runner = {.pool = pool,
			 .inputs = inputs,
			 .options = options,
			 .directory = directory,
			 .kept = inputs->state.known,
			 .answers = {.pool = pool},
			 .silent = {.pool = pool},
			 .readers = {.pool = pool}};
	const PassInput input = input_of(&runner);
	PassAnswer answer = {0};
	PassAction action;

	readers_keep(&runner, options->views);
	pass_begin(&runner.pass, pool, &input, &inputs->state.known, ret);
	while (action = pass_next(&runner.pass, &answer), action.want != PASS_OVER) {
		answer = (PassAnswer){0};
		answer.has_failed = carry_out(&runner, &action, &answer) < 0;
	}
	witness_end(&runner);
	ret->views = runner.readers.views;
}
