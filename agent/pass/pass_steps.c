/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/pass_steps.h"

#include <string.h>
#include <strings.h>

#include "agent/slapd/content_here.h"
#include "agent/system/wait.h"
#include "common/base/remedies.h"
#include "common/copy/csn_set.h"
#include "common/live/calm.h"
#include "common/plan/render.h"

typedef struct Apply {
	Directory *directory;
	DiskWitness *witness;
	Pool *pool;
	Pool *look; /* of the last look while waiting; NULL: there was none */
	const Plan *plan;
	World *world;
	Applied *applied;
	unsigned new_patience_sec; /* for the consumers that a step before made; 0: none did */
} Apply;

/* How often to look whether slapd is calm: it may be so much sooner than the time left says. */
#define LOOK_AGAIN_MSEC 200
/* How long slapd takes to begin with a consumer that it was just given. */
#define CONSUMER_START_MSEC 50

/* How long contextCSN may take to be on disk, and how often to look for it. */
#define SEARCH_PATIENCE_MSEC 5000
#define SEARCH_AGAIN_MSEC    10

/* Many looks may be needed, and each of many consumers is much: the one before goes. */
static int look_again(Apply *apply, Error *err)
{
	Pool *look = pool_child(apply->pool);

	if (world_read_running(apply->directory, look, apply->world, err) < 0)
		return -1;
	pool_free(apply->look);
	apply->look = look;
	return 0;
}

/* Waits while a write would stall slapd's clients, but no longer than any consumer may hold it. */
static int wait_for_calm(Apply *apply, bool is_first, Error *err)
{
	unsigned waited_msec = 0;

	for (;;) {
		Calm calm;

		if (directory_check_stop(apply->directory, err) < 0)
			return -1;
		/* What the plan was made from is still fresh. */
		if (!(is_first && waited_msec == 0) && apply->world->has_monitor &&
		    look_again(apply, err) < 0)
			return -1;
		if (apply->world->live.builds_index)
			return error_set(err, ERROR_CONFLICT, 0,
					 "slapd is building an index since the plan was made: a "
					 "write would stop its clients until that is done");
		calm = calm_judge(&apply->world->live, apply->new_patience_sec);
		if (!calm.is_held || waited_msec >= calm.patience_sec * 1000)
			return 0;
		pause_msec(LOOK_AGAIN_MSEC);
		waited_msec += LOOK_AGAIN_MSEC;
	}
}

static bool starts_consumers(const Step *step)
{
	for (size_t i = 0; i < step->n_mods; i++)
		if (strcasecmp(step->mods[i].attribute, "olcSyncrepl") == 0)
			return true;
	return false;
}

static unsigned longest_patience_sec(const Wanted *wanted)
{
	unsigned longest_sec = 0;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++)
		for (size_t j = 0; j < wanted->databases[i].n_consumers; j++) {
			unsigned sec =
				calm_patience_sec(&wanted->databases[i].consumers[j].syncrepl);

			if (sec > longest_sec)
				longest_sec = sec;
		}
	return longest_sec;
}

/* A new consumer is at work, as calm must see it, a moment after slapd's main loop woke: our search
 * wakes it. Only then it is known whether the next write would be held up by it. */
static int let_consumers_start(Apply *apply, const Step *step, Error *err)
{
	if (!starts_consumers(step) || !apply->world->has_monitor)
		return 0;
	apply->new_patience_sec = longest_patience_sec(apply->plan->wanted);
	if (look_again(apply, err) < 0)
		return -1;
	pause_msec(CONSUMER_START_MSEC);
	return 0;
}

static void note_unsaved(const Apply *apply, const Step *step)
{
	Applied *applied = apply->applied;
	UnsavedEntry unsaved = {
		.dn = step->dn,
		.slapd_started = pool_strdup(apply->pool, apply->world->live.start_time),
	};

	if (step->kind != STEP_MODIFY)
		POOL_PUSH(apply->pool, applied->unsaved, applied->n_unsaved, unsaved);
	for (size_t i = 0; step->kind == STEP_MODIFY && i < step->n_mods; i++) {
		/* DELETE and REPLACE of one attribute stand side by side. */
		if (i > 0 && strcmp(step->mods[i].attribute, step->mods[i - 1].attribute) == 0)
			continue;
		unsaved.attribute = step->mods[i].attribute;
		POOL_PUSH(apply->pool, applied->unsaved, applied->n_unsaved, unsaved);
	}
}

static int step_failed(const Apply *apply, const Step *step, Error *err)
{
	Applied *applied = apply->applied;

	if (err->class == ERROR_UNSAVED && !witness_saw(apply->witness, step->dn)) {
		note_unsaved(apply, step);
		return error_set(
			err, ERROR_UNSAVED, err->code,
			"slapd took the change of %s into its memory but could not write its file: "
			"its disk is full or read-only: %s; the next `%s` writes it again. Do not "
			"restart slapd before",
			step->dn, remedy_text(REMEDY_MAKE_ROOM), remedy_text(REMEDY_APPLY));
	}
	if (!step->is_optional || err->class == ERROR_UNREACHABLE || err->class == ERROR_STOPPED ||
	    err->class == ERROR_CONFLICT || err->class == ERROR_BUSY)
		return -1;
	POOL_PUSH(apply->pool, applied->failures, applied->n_failures,
		  pool_strdup(apply->pool, err->text));
	POOL_PUSH(apply->pool, applied->refused, applied->n_refused, step);
	return 0;
}

static bool restarts_consumers(const Plan *plan, const char *dn)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].kind == CHANGE_CONSUMERS_RESTART &&
		    !plan->changes[i].is_held && plan->changes[i].dn == dn)
			return true;
	return false;
}

/* Giving up on a write that is only held up would leave it unknown whether it happened. */
static void outlast_stalls(Directory *directory, const Live *live)
{
	const unsigned long needed_msec = (calm_longest_stall_sec(live) + 5) * 1000;

	if (directory->timeout_msec < needed_msec)
		directory->timeout_msec = (unsigned)needed_msec;
}

static bool has_csns(const Content *here, const Step *step)
{
	return here->state == CONTENT_READ && here->n_context_csns > 0 &&
	       csn_covers(here->context_csns, here->n_context_csns, step->mods[0].values,
			  step->mods[0].n_values);
}

/* slapd closes an overlay, which writes contextCSN, behind its answer to the deletion. */
static int search_step(const Apply *apply, const Step *step, Error *err)
{
	for (unsigned waited_msec = 0;; waited_msec += SEARCH_AGAIN_MSEC) {
		AUTO(Pool) *pool = pool_new();
		const Content here = content_read_here(pool, apply->directory, step->dn);

		if (has_csns(&here, step))
			return 0;
		if (directory_check_stop(apply->directory, err) < 0)
			return -1;
		if (waited_msec >= SEARCH_PATIENCE_MSEC)
			break;
		pause_msec(SEARCH_AGAIN_MSEC);
	}
	return error_set(err, ERROR_REFUSED, 0,
			 "contextCSN of %s is not on disk, although its overlay was deleted, which "
			 "writes it: the server ID is not written before. Is its disk full?",
			 step->dn);
}

/* Between an overlay that went and its return nothing is waited for: who reads from here cannot. */
static bool waits_for_calm(const Plan *plan, size_t i)
{
	return plan->steps[i].kind != STEP_SEARCH &&
	       (i == 0 || plan->steps[i - 1].kind != STEP_SEARCH);
}

static int step_do(const Apply *apply, const Step *step, Error *err)
{
	if (step->kind == STEP_SEARCH)
		return search_step(apply, step, err);
	witness_forget(apply->witness);
	return directory_apply(apply->directory, step, err);
}

/*
 * An overlay that went so that slapd writes contextCSN comes back whatever became of that: without
 * it nobody can read from here, and one that peers.json leaves to others no plan would add again.
 * Neither a spent budget nor the end of the program keeps it away: this request is the last.
 */
static void overlay_bring_back(const Apply *apply, const Step *search, Error *err)
{
	const Step *add = search + 1;
	Directory *directory = apply->directory;
	const Budget budget = directory->budget;
	const Error why = *err;
	Error later;

	if (add == apply->plan->steps + apply->plan->n_steps || add->kind != STEP_ADD_ENTRY)
		return;
	directory->budget = (Budget){0};
	witness_forget(apply->witness);
	if (directory_apply(directory, add, &later) == 0) {
		POOL_PUSH(apply->pool, apply->applied->done, apply->applied->n_done, add);
	} else {
		*err = why;
		(void)error_set(err, why.class, why.code,
				"%s; and %s, which was deleted for that, could not be added "
				"again: %s: until it is there no peer reads from here",
				why.text, add->dn, later.text);
	}
	directory->budget = budget;
}

int apply_steps(Directory *directory, DiskWitness *witness, Pool *pool, const Plan *plan,
		World *world, Applied *ret, Error *err)
{
	Apply apply = {.directory = directory,
		       .witness = witness,
		       .pool = pool,
		       .plan = plan,
		       .world = world,
		       .applied = ret};

	outlast_stalls(directory, &world->live);
	for (size_t i = 0; i < plan->n_steps; i++) {
		const Step *step = &plan->steps[i];

		if (waits_for_calm(plan, i) &&
		    ((i > 0 && let_consumers_start(&apply, &plan->steps[i - 1], err) < 0) ||
		     wait_for_calm(&apply, i == 0, err) < 0))
			return -1;
		if (step_do(&apply, step, err) == 0) {
			if (step->kind != STEP_SEARCH)
				POOL_PUSH(pool, ret->done, ret->n_done, step);
			ret->restarted_consumers |= restarts_consumers(plan, step->dn);
		} else if (step_failed(&apply, step, err) < 0) {
			if (step->kind == STEP_SEARCH)
				overlay_bring_back(&apply, step, err);
			ret->stopped_at = step;
			return -1;
		}
	}
	return 0;
}
