/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/command/commands.h"
#include "agent/files/lock.h"
#include "agent/options/release_option.h"
#include "agent/options/report_print.h"
#include "agent/pass/apply_told.h"
#include "agent/pass/pass.h"
#include "agent/pass/saved_plan.h"
#include "agent/pass/site.h"
#include "agent/system/clock.h"
#include "agent/system/fd.h"
#include "agent/system/say.h"
#include "common/base/buf.h"

/* What a guard of the whole server holds concerns no database. */
static int release_suffix(const Options *options, Consent *ret, Error *err)
{
	if (!options->suffix)
		return 0;
	if (ret->released == 0)
		return error_set(err, ERROR_USAGE, 0, "--suffix goes with --release");
	for (int guard = 0; guard < GUARD_COUNT; guard++)
		if (ret->released & GUARD_BIT(guard) && !guard_is_of_database((Guard)guard))
			return error_set(err, ERROR_USAGE, 0,
					 "--release %s is about the whole server: leave --suffix "
					 "out",
					 guard_code((Guard)guard));
	ret->released_suffix = options->suffix;
	return 0;
}

static bool holds_any(const PlanHolds *held, Guard guard)
{
	for (size_t i = 0; i < held->n_holds; i++)
		if (held->holds[i].guard == guard)
			return true;
	return false;
}

/* The commands that name the database stand in what was printed. */
static void unreleased_say(const PlanHolds *held)
{
	for (int guard = 0; guard < GUARD_COUNT; guard++)
		if (held->stale & GUARD_BIT(guard) && holds_any(held, (Guard)guard))
			say("--release %s=... let nothing pass: what %s holds is not what that was "
			    "printed for. Look at what is printed now",
			    guard_code((Guard)guard), guard_code((Guard)guard));
		else if (held->unreleased & GUARD_BIT(guard))
			say("--release %s let nothing pass, because it holds more than one "
			    "database: the commands that are printed name each with --suffix",
			    guard_code((Guard)guard));
}

/* What was asked for, as the history shows it. */
static const char *command_text(const Options *options)
{
	Buf text = BUF_IN(options->pool);

	buf_puts(&text, options->is_first_node ? "apply --first-node" : "apply");
	if (options->plan_file)
		buf_puts(&text, " --plan");
	for (size_t i = 0; i < options->release.n_items; i++)
		buf_printf(&text, "%s%s", i == 0 ? " --release " : ",", options->release.items[i]);
	if (options->suffix)
		buf_printf(&text, " --suffix %s", options->suffix);
	for (size_t i = 0; i < options->empty.n_items; i++)
		buf_printf(&text, "%s%s", i == 0 ? " --empty " : ",", options->empty.items[i]);
	return buf_text(&text);
}

/* What a person vouches for is kept even where nothing is to be written, or something else holds
 * it. */
static void decisions_tell(const Options *options, ApplyRecord *record)
{
	Buf text = BUF_IN(options->pool);
	Event event = {.kind = EVENT_DECIDED, .cause = CAUSE_RELEASE};
	const EventList events = {&event, 1};

	for (size_t i = 0; i < options->release.n_items; i++)
		buf_printf(&text, "%s%s",
			   i == 0 ? "what these guards hold may pass this once: " : ", ",
			   options->release.items[i]);
	if (options->suffix)
		buf_printf(&text, ", of %s", options->suffix);
	if (options->is_first_node) {
		event.cause = CAUSE_HAND;
		buf_printf(&text, "%sthis empty node is the first of its cluster",
			   text.len > 0 ? "; " : "");
	}
	for (size_t i = 0; i < options->empty.n_items; i++)
		buf_printf(&text, "%s%s", i == 0 ? ", and peers that hold nothing are " : ", ",
			   options->empty.items[i]);
	event.text = buf_text(&text);
	if (text.len > 0)
		apply_record_events(record, &events);
}

static int empty_ids(const Options *options, PassOptions *ret, Error *err)
{
	unsigned *ids = NULL;
	size_t n_ids = 0;

	if (options->empty.n_items > 0 && !options->is_first_node)
		return error_set(err, ERROR_USAGE, 0, "--empty goes with --first-node");
	for (size_t i = 0; i < options->empty.n_items; i++) {
		char *end;
		const unsigned long id = strtoul(options->empty.items[i], &end, 10);

		if (*end || end == options->empty.items[i] || id > UINT_MAX)
			return error_set(err, ERROR_USAGE, 0,
					 "--empty %s: ids of peers are wanted, as in --empty 2,3",
					 options->empty.items[i]);
		POOL_PUSH(options->pool, ids, n_ids, (unsigned)id);
	}
	ret->consent.empty_ids = ids;
	ret->consent.n_empty_ids = n_ids;
	return 0;
}

/* With a mistyped id one would vouch for no peer at all. */
static int empty_ids_check(const Consent *consent, const Inputs *inputs, Error *err)
{
	for (size_t i = 0; i < consent->n_empty_ids; i++)
		if (!desired_peer(inputs->file.desired, consent->empty_ids[i]))
			return error_set(err, ERROR_USAGE, 0,
					 "--empty %u: peers.json lists no such peer",
					 consent->empty_ids[i]);
	return 0;
}

static int apply_locked(const Options *options, Context *context, PassOptions *pass_options)
{
	AUTO(Directory) *directory = NULL;
	ApplyRecord record;
	Inputs inputs;
	Report report;
	Error err;

	if (context_inputs(context, true, &inputs, &err) < 0 ||
	    empty_ids_check(&pass_options->consent, &inputs, &err) < 0 ||
	    (options->suffix && inputs.wanted.self &&
	     wanted_check_suffix(&inputs.wanted, options->suffix, &err) < 0) ||
	    context_connect(context, &directory, &err) < 0)
		return say_error(&err);
	if (pause_holds(&inputs.state.pause, clock_system.realtime_sec(NULL)))
		say("%s; this apply goes ahead", pause_text(options->pool, &inputs.state.pause));
	apply_record_begin(options->pool, command_text(options), context, &inputs, &record);
	decisions_tell(options, &record);
	if (apply_record_end_heal(&record, &inputs, directory, &err) < 0)
		return say_error(&err);
	pass_options->hooks = apply_record_hooks(&record);
	pass_run(options->pool, &inputs, pass_options, directory, &report);
	apply_record_end(&record, &report);
	report_print_applied(options->pool, &report);
	(void)fflush(stdout);
	report_say(&report);
	unreleased_say(&report.first.plan.held);
	return report_exit_status(&report, false);
}

static int cmd_apply(const Options *options)
{
	PassOptions pass_options = {.consent.is_first_node = options->is_first_node,
				    .may_write = true};
	Context context;
	Error err;
	AUTO_FD lock = -1;

	if (release_option(options->pool, &options->release, &pass_options.consent, &err) < 0 ||
	    release_suffix(options, &pass_options.consent, &err) < 0 ||
	    empty_ids(options, &pass_options, &err) < 0 ||
	    context_read_to_write(options->pool, &options->override, &context, &err) < 0)
		return say_error(&err);
	context.releases_rollout = pass_options.consent.released & GUARD_BIT(GUARD_ROLLOUT);
	if (options->plan_file &&
	    saved_plan_read(options->pool, options->plan_file, &pass_options.saved, &err) < 0)
		return say_error(&err);
	lock = lock_take(context.paths.run_dir, context.socket.timeout_msec, &err);
	if (lock < 0)
		return say_error(&err);
	pass_options.writers.run_dir = context.paths.run_dir;
	pass_options.writers.descriptor = lock;
	return apply_locked(options, &context, &pass_options);
}

static const OptionRule apply_options[] = {
	OPTION_NAMED("--plan", OPTION_TEXT, plan_file, "FILE",
		     "apply exactly the saved plan; refused if anything has changed since"),
	OPTION_NAMED("--release", OPTION_LIST, release, "GUARD,...",
		     "let through, this once, what these guards hold; see syncward(8)"),
	OPTION_NAMED("--suffix", OPTION_TEXT, suffix, "DN",
		     "with --release: only what the guards hold of this database"),
	OPTION_NAMED("--first-node", OPTION_FLAG, is_first_node, NULL,
		     "this empty node is the very first of a new cluster"),
	OPTION_NAMED("--empty", OPTION_LIST, empty, "ID,...",
		     "with --first-node: somebody has checked that these peers hold nothing"),
};

const Command command_apply = {
	.name = "apply",
	.run = cmd_apply,
	.summary = "make one pass: bring this node's slapd in step with peers.json, and verify",
	.arguments = "",
	.exits = "0 in step, 1 failed, 3 something is held, 75 another writer is at work",
	.options = apply_options,
	.n_options = ARRAY_SIZE(apply_options),
};
