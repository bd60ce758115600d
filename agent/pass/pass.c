/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/pass.h"

#include <string.h>
#include <time.h>

#include "agent/pass/pass_internal.h"
#include "agent/pass/pass_look.h"
#include "agent/pass/saved_plan.h"
#include "agent/system/wait.h"
#include "common/base/remedies.h"
#include "common/decide/guard_link.h"
#include "common/decide/openings.h"
#include "common/pass/memory_after.h"
#include "common/plan/render.h"

/* A conflict, the second phase of joining or an overlay healed on a full disk each take one more
 * round. */
#define MAX_ROUNDS 6
/* slapd starts a new consumer when its main loop next wakes: up to this long after the write. */
#define RUNNING_PATIENCE_MSEC 4000
#define RUNNING_AGAIN_MSEC    50

static void notice(Pass *pass, const char *text)
{
	POOL_PUSH(pass->pool, pass->report->notices, pass->report->n_notices, text);
}

/* The look before goes, unless the report shows it: a pass may look many times, and many peers are
 * many megabytes. */
static void look_begin(Pass *pass)
{
	if (pass->look != pass->first_look || pass->options->forgets_first)
		pool_free(pass->look);
	pass->look = pool_child(pass->pool);
	if (!pass->first_look || pass->options->forgets_first)
		pass->first_look = pass->look;
	pass->world = (World){0};
	pass->plan = (Plan){0};
}

static bool waits_for_enforce(const Pass *pass)
{
	return pass->inputs->file.desired->mode == POLICY_AUDIT;
}

static bool writes(const Pass *pass)
{
	return pass->options->may_write && !pass->options->is_paused && !waits_for_enforce(pass);
}

static PlanInput plan_input(const Pass *pass)
{
	const Inputs *inputs = pass->inputs;

	return (PlanInput){
		.desired = inputs->file.desired,
		.not_listed = inputs->not_listed,
		.wanted = inputs->wanted.self ? &inputs->wanted : NULL,
		.live = &pass->world.live,
		.facts = &pass->world.facts,
		.known = &pass->known,
		.options = {.released = pass->options->released,
			    .is_first_node = pass->options->is_first_node,
			    .empty_ids = pass->options->empty_ids,
			    .n_empty_ids = pass->options->n_empty_ids,
			    .renews_tls = inputs->renews_tls,
			    .sha256 = inputs->file.sha256},
	};
}

static int plan_round(Pass *pass, Error *err)
{
	const Inputs *inputs = pass->inputs;
	const PlannerInput input = {
		.answers = pass->options->probes_later ? NULL : &pass->answers,
		.looks_for_old = !pass->options->probes_later,
		.readers = &pass->readers,
		.plan = plan_input(pass),
		.machine = &inputs->machine,
		.probes = pass->options->probes,
		.contents = pass->options->contents,
		.n_contents = pass->options->n_contents,
		.peers_patience_msec = pass->options->peers_patience_msec,
		.silent = &pass->silent,
		.extra_looks = pass->options->extra_looks,
		.writes = writes(pass),
	};

	if (pass->options->hooks.before_look)
		pass->options->hooks.before_look(pass->options->hooks.userdata);
	look_begin(pass);
	if (planner_run(pass->directory, pass->look, &input, &pass->world, &pass->plan, err) < 0 ||
	    directory_check_stop(pass->directory, err) < 0) {
		pass->report->has_plan &= !pass->options->forgets_first;
		return -1;
	}
	if (pass->options->hooks.after_look)
		pass->options->hooks.after_look(pass->options->hooks.userdata, &pass->world);
	/* Without a place to remember it the next plan tries it once more: no reason to fail. */
	memory_refusals(pass->pool, &pass->world.refusals, &pass->known);
	if (pass_keep(pass, NULL) < 0)
		pass->kept.refusals = pass->known.refusals;
	return 0;
}

/* --- writing and verifying --- */

static bool write_is_due(Pass *pass, const char *digest)
{
	const PassHooks *hooks = &pass->options->hooks;

	return !hooks->before_write ||
	       hooks->before_write(hooks->userdata, &pass->world, &pass->plan, digest);
}

/* What the steps would do, in a form that tells two plans apart. Derived from passwords. */
static void steps_digest(const Plan *plan, char *ret)
{
	AUTO(Pool) *pool = pool_new();
	const char *text = render_ldif(pool, plan, (RenderStyle){.shows_secrets = true});

	sha256_hex(text, strlen(text), ret);
}

static bool same_steps(const Plan *plan, const char *digest)
{
	char now[SHA256_HEX_SIZE];

	steps_digest(plan, now);
	return strcmp(now, digest) == 0;
}

static bool only_waits_for_consumers(const Plan *plan)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held && plan->changes[i].kind != CHANGE_CONSUMERS_RESTART)
			return false;
	return !plan_is_empty(plan);
}

static bool waits_for_index(const Pass *pass)
{
	for (size_t i = 0; pass->world.live.builds_index && i < pass->plan.n_holds; i++)
		if (pass->plan.holds[i].guard == GUARD_INDEXING)
			return true;
	return false;
}

/* Of what readers were seen to read, what was a moment's is looked at again. */
static void readers_keep(Pass *pass, const ReaderViews *views)
{
	pass->readers.views = reader_views_keep(pass->pool, views, NULL, (int64_t)time(NULL));
}

/* Plans again; gives new consumers the time they need to appear in cn=monitor before calling them
 * scrambled, and slapd the moment that an index over few entries takes. */
static int plan_after_write(Pass *pass, Error *err)
{
	/* Rights and entries may be others than before the write. */
	readers_keep(pass, &pass->readers.views);
	for (unsigned waited_msec = 0;; waited_msec += RUNNING_AGAIN_MSEC) {
		if (plan_round(pass, err) < 0)
			return -1;
		if ((!only_waits_for_consumers(&pass->plan) && !waits_for_index(pass)) ||
		    waited_msec >= RUNNING_PATIENCE_MSEC)
			return 0;
		pause_msec(RUNNING_AGAIN_MSEC);
	}
}

static int verify_failed(const Pass *pass, Error *err)
{
	return error_set(
		err, ERROR_REFUSED, 0,
		"slapd accepted the changes, but the same are needed again: %s; something changes "
		"them back, or slapd keeps them in another form. See `%s`",
		step_title(pass->pool, &pass->plan.steps[0]), remedy_text(REMEDY_PLAN));
}

/* Each database with entries gets its index in a round of its own. */
static int max_rounds(const Pass *pass)
{
	return MAX_ROUNDS + (pass->plan.wanted ? (int)pass->plan.wanted->n_databases : 0);
}

static int write_until_in_step(Pass *pass, Error *err)
{
	const int n_rounds = max_rounds(pass);
	bool was_conflict = false;
	Error conflict;

	for (int round = 0; round < n_rounds && !plan_is_empty(&pass->plan); round++) {
		char before[SHA256_HEX_SIZE];

		steps_digest(&pass->plan, before);
		was_conflict = false;
		pass->report->is_postponed = !write_is_due(pass, before);
		if (pass->report->is_postponed)
			return 0;
		if (pass_write(pass, err) < 0) {
			was_conflict = err->class == ERROR_CONFLICT;
			if (!was_conflict)
				return -1;
			conflict = *err;
		}
		if (plan_after_write(pass, err) < 0)
			return -1;
		if (!was_conflict && same_steps(&pass->plan, before))
			return pass->report->n_failures > 0 ? 0 : verify_failed(pass, err);
	}
	if (plan_is_empty(&pass->plan) || pass->report->n_failures > 0)
		return 0;
	if (!was_conflict)
		return verify_failed(pass, err);
	*err = conflict;
	return -1;
}

/* --- the pass --- */

static void tell_interrupted(Pass *pass)
{
	const StateRead *state = &pass->inputs->state;

	for (size_t i = 0; i < state->n_notices; i++)
		notice(pass, state->notices[i]);
	if (state->intent)
		notice(pass, pool_printf(pass->pool,
					 "an earlier apply did not end; what it set out to do: %s",
					 state->intent));
}

static int check_saved(const Pass *pass, Error *err)
{
	const PlanBasis basis = {
		.inputs = pass->inputs,
		.world = &pass->world,
		.plan = &pass->plan,
		.is_eased = pass->options->released != 0 || pass->options->is_first_node,
	};

	if (!pass->options->saved)
		return 0;
	return saved_plan_check(pass->pool, pass->options->saved, &basis, err);
}

/* Our own closing is ended: it was no wish of anybody's. */
static int open_in_audit(Pass *pass, Error *err)
{
	const Plan whole = pass->plan;
	char digest[SHA256_HEX_SIZE];

	if (pass->options->saved || !plan_openings(pass->look, &whole, &pass->known, &pass->plan)) {
		pass->plan = whole;
		return 0;
	}
	steps_digest(&pass->plan, digest);
	pass->report->is_postponed = !write_is_due(pass, digest);
	if (!pass->report->is_postponed && pass_write(pass, err) < 0)
		return -1;
	return plan_after_write(pass, err);
}

static int pass_try(Pass *pass, Error *err)
{
	Report *report = pass->report;
	PlanInput input;

	tell_interrupted(pass);
	if (plan_round(pass, err) < 0)
		return -1;
	if (check_saved(pass, err) < 0)
		return -1;
	guard_links_note(pass->pool, &pass->world.live, &pass->known);
	report->world = pass->world;
	report->plan = pass->plan;
	report->has_plan = true;
	if (!pass->options->may_write)
		return 0;
	report->is_audit = waits_for_enforce(pass);
	report->is_paused = pass->options->is_paused;
	if (report->is_paused)
		return 0;
	if (report->is_audit)
		return open_in_audit(pass, err);
	memory_rejoining(pass->options->released, &pass->known);
	memory_held(pass->pool, &pass->plan, &pass->world.facts, &pass->known);
	if (pass_keep(pass, err) < 0)
		return pass_state_failed(pass, err);
	if (write_until_in_step(pass, err) < 0)
		return -1;
	input = plan_input(pass);
	memory_in_step(pass->pool, &input, &pass->plan, &pass->known);
	memory_machine(&pass->inputs->machine, input.wanted ? input.wanted->self->id : 0,
		       input.options.released, &pass->known);
	return 0;
}

/* What it saw at its last look, whatever ended it. */
static void remember_last_look(Pass *pass)
{
	const PlanInput input = plan_input(pass);
	bool was_opened;
	Error err;

	memory_links(pass->pool, &input, &pass->plan, &pass->known);
	was_opened = pass->world.live.config &&
		     memory_opened(pass->pool, &pass->world.live, &pass->known);
	memory_ages(pass->pool, &pass->plan, &pass->known);
	if (pass_keep(pass, &err) < 0)
		pass_state_note(pass, &err);
	/* What could not be kept is no reason to plan again: it would be the same. */
	pass->report->fence_has_changed =
		was_opened && fence_records_equal(&pass->kept.fence, &pass->known.fence);
}

/* The intent outlives the pass only where nobody knows what became of the last request. */
static int intent_end(Pass *pass, Error *err)
{
	const ErrorClass class = pass->report->error.class;
	const bool is_open =
		pass->report->has_failed && (class == ERROR_UNREACHABLE || class == ERROR_STOPPED);

	if (!pass->has_intent || is_open)
		return 0;
	return state_remove_intent(pass->inputs->state_dir, err);
}

void pass_run(Pool *pool, const Inputs *inputs, const PassOptions *options, Directory *directory,
	      Report *ret)
{
	Pass pass = {.pool = pool,
		     .silent = {.pool = pool},
		     .inputs = inputs,
		     .options = options,
		     .directory = directory,
		     .report = ret,
		     .kept = inputs->state.known,
		     .known = inputs->state.known,
		     .answers = {.pool = pool},
		     .readers = {.pool = pool},
		     .has_intent = options->may_write && inputs->state.intent};
	Error err;

	*ret = (Report){0};
	readers_keep(&pass, options->views);
	ret->has_failed = pass_try(&pass, &ret->error) < 0;
	if (options->may_write)
		remember_last_look(&pass);
	ret->views = pass.readers.views;
	ret->last_world = pass.world;
	ret->last_plan = pass.plan;
	if (options->forgets_first) {
		ret->world = ret->last_world;
		ret->plan = ret->last_plan;
	}
	if (intent_end(&pass, &err) < 0)
		pass_state_note(&pass, &err);
}

int report_exit_status(const Report *report, bool is_plan)
{
	if (report->has_failed)
		return error_exit_status(&report->error);
	if (report->has_state_error)
		return error_exit_status(&report->state_error);
	if (report->last_plan.n_holds > 0)
		return 3;
	if (is_plan)
		return plan_is_empty(&report->plan) ? 0 : 2;
	if (report->is_audit && !plan_is_empty(&report->last_plan))
		return 3;
	return report->n_failures > 0 ? 1 : 0;
}
