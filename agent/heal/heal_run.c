/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_run.h"

#include <stdint.h>

#include "agent/heal/heal_await.h"
#include "agent/heal/heal_hands.h"
#include "agent/heal/heal_look.h"
#include "agent/heal/heal_window.h"
#include "agent/pass/pass.h"
#include "agent/system/clock.h"
#include "agent/system/interrupt.h"
#include "common/copy/csn_set.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

static const char *const state_names[] = {
	[HEAL_NOT_LOOKED] = "not-looked", [HEAL_NOT_NEEDED] = "not-needed", [HEAL_HELD] = "held",
	[HEAL_DONE] = "healed",           [HEAL_UNSEEN] = "unseen",
};
_Static_assert(ARRAY_SIZE(state_names) == HEAL_STATE_COUNT, "name every state");

const char *heal_state_name(HealState state)
{
	return state_names[state];
}

/* --- one database --- */

/* Every server was asked, holds the same database, and lacks nothing. */
static bool are_in_step(HealWork *work)
{
	for (size_t i = 0; i < work->servers->n_servers; i++) {
		const VerifiedServer *server = &work->servers->servers[i];

		if (server->state != VERIFY_IN_STEP)
			heal_hold(work, "not-in-step",
				  pool_printf(work->pool, "%u %s%s: %s", server->peer->id,
					      server->peer->uri,
					      server->is_self ? " (this node)" : "",
					      verify_describe(work->pool, server)),
				  remedy_text(REMEDY_DOCTOR));
	}
	return work->healed->holds.n_items == 0;
}

/* What a person may have to decide about is reported all at once. */
static void judge(HealWork *work, const Plan *plan)
{
	HealHolds *holds = &work->healed->holds;

	if (work->options->inputs->file.desired->policy.mode == POLICY_AUDIT)
		heal_hold(work, "audit",
			  pool_printf(work->pool,
				      "in audit syncward writes nothing. What `%s` shows is "
				      "written, too, when \"policy\" of peers.json says",
				      remedy_text(REMEDY_PLAN)),
			  remedy_text(REMEDY_MODE_ENFORCE));
	healing_judge_plan(work->pool, plan, work->healed->suffix, holds);
	healing_judge_sids(work->pool, work->wanted, work->database, &work->old, holds);
	if (work->has_newest)
		healing_judge_clock(work->pool, entry_mark_csn(work->pool, &work->newest),
				    clock_system.realtime_sec(NULL), holds);
}

static bool window_is_needed(const HealWork *work)
{
	return sid_list_has(&work->old, 0);
}

static int old_is_gone(HealWork *work, Error *err)
{
	Content *here = &work->servers->servers[0].content;

	*here = world_content_here(work->options->directory, work->pool, work->world,
				   work->healed->suffix);
	work->healed->context_csns = here->context_csns;
	work->healed->n_context_csns = here->n_context_csns;
	if (here->state == CONTENT_READ &&
	    (!window_is_needed(work) || csn_newest(here->context_csns, here->n_context_csns, 0)))
		return 0;
	return error_set(
		err, ERROR_REFUSED, 0,
		"slapd took the changes of %s, and its contextCSN has no server ID 0. Once "
		"more: %s",
		work->healed->suffix, remedy_text(REMEDY_HEAL));
}

/* The rehearsal alone gives contextCSN this node's own server ID. */
static int write_and_see(HealWork *work, Error *err)
{
	HealedDatabase *healed = work->healed;

	if (interrupt_pause(0)) {
		heal_hold(work, "stopped", "a signal came before anything was written",
			  remedy_text(REMEDY_HEAL));
		return 0;
	}
	if (!heal_rehearse(work))
		return 0;
	if (window_is_needed(work) && heal_window(work, err) < 0)
		return -1;
	if (healed->holds.n_items > 0)
		return 0;
	if (old_is_gone(work, err) < 0)
		return -1;
	healed->state = heal_await(work, healed->context_csns, healed->n_context_csns)
				? HEAL_DONE
				: HEAL_UNSEEN;
	return 0;
}

static int heal_try(HealWork *work, const Plan *plan, Error *err)
{
	work->healed->state = HEAL_NOT_LOOKED;
	if (!are_in_step(work))
		return 0;
	heal_bind_root(work);
	if (!heal_look(work) && work->old.n_items == 0)
		return 0;
	work->healed->state = work->old.n_items == 0 ? HEAL_NOT_NEEDED : HEAL_HELD;
	if (work->old.n_items == 0)
		return 0;
	judge(work, plan);
	return work->healed->holds.n_items > 0 ? 0 : write_and_see(work, err);
}

static int database_heal(HealWork *work, const Plan *plan, Error *err)
{
	const Live *live = &work->world->live;
	const Wanted alone = {.desired = work->wanted->desired,
			      .self = work->wanted->self,
			      .databases = (WantedDatabase *)(uintptr_t)work->database,
			      .n_databases = 1};
	int result;

	if (peer_is_consumer(work->wanted->self)) {
		heal_hold(work, "pending", "this node is a consumer; at one of its providers, run",
			  remedy_text(REMEDY_HEAL));
		return 0;
	}
	if (live_find_database(live, work->healed->suffix, &work->live) != 1 ||
	    !work->live->syncprov) {
		heal_hold(work, "pending", "this server is no provider of it yet",
			  remedy_text(REMEDY_APPLY));
		return 0;
	}
	verify_run(work->pool, work->options->directory, &alone, work->world,
		   work->options->timeout_sec, &work->verify);
	work->servers = &work->verify.databases[0];
	heal_hands_find(work);
	result = heal_try(work, plan, err);
	if (work->writer.is_open)
		peer_link_close(&work->writer.link);
	verify_close(&work->verify);
	return result;
}

/* --- all of them --- */

static int databases_heal(Pool *pool, const HealOptions *options, HealReport *report, Error *err)
{
	const Wanted *wanted = &options->inputs->wanted;
	const PassOptions look = {.may_write = false};
	World world;
	Report pass;

	pass_run(pool, options->inputs, &look, options->directory, &pass);
	if (pass.end.has_failed) {
		*err = pass.end.error;
		return -1;
	}
	if (world_read(options->directory, pool, &options->inputs->machine, &world, err) < 0)
		return -1;
	world.refusals = options->inputs->state.known.peers.refusals;
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		HealWork work = {.pool = pool,
				 .options = options,
				 .wanted = wanted,
				 .database = &wanted->databases[i],
				 .world = &world};

		if (options->suffix && !dn_equal(options->suffix, suffix))
			continue;
		POOL_PUSH(pool, report->databases, report->n_databases, {.suffix = suffix});
		work.healed = &report->databases[report->n_databases - 1];
		if (database_heal(&work, &pass.first.plan, err) < 0)
			return -1;
	}
	if (report->n_databases == 0)
		return error_set(err, ERROR_USAGE, 0,
				 "peers.json gives this node no database: nothing to heal");
	return 0;
}

void heal_run(Pool *pool, const HealOptions *options, HealReport *ret)
{
	*ret = (HealReport){0};
	ret->has_failed = databases_heal(pool, options, ret, &ret->error) < 0;
}

int heal_exit_status(const HealReport *report)
{
	int status = 0;

	if (report->has_failed)
		return error_exit_status(&report->error);
	for (size_t i = 0; i < report->n_databases; i++) {
		if (report->databases[i].holds.n_items > 0)
			return 3;
		if (report->databases[i].state == HEAL_UNSEEN)
			status = 1;
	}
	return status;
}
