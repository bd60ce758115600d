/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/files/lock.h"
#include "agent/options/report_print.h"
#include "agent/options/timeout.h"
#include "agent/pass/apply_told.h"
#include "agent/pass/leave_run.h"
#include "agent/pass/site.h"
#include "agent/system/fd.h"
#include "agent/system/say.h"
#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/plan/render.h"
#include "common/remedies/remedies.h"

/* slapd may die when it goes beneath them. */
static const char *still_read(Pool *pool, const LeaveReport *report)
{
	return report->leaving.keeps_read_overlay
		       ? pool_printf(pool,
				     " Its syncprov overlay stays while other nodes read here: if "
				     "this node may come back, run `%s` again when none does.",
				     remedy_text(REMEDY_LEAVE))
		       : "";
}

static const char *closing(Pool *pool, const LeaveReport *report, const Inputs *inputs)
{
	if (report->has_failed)
		return report->n_done == 0 ? "Nothing was written.\n"
					   : "It stopped halfway; see the message.\n";
	if (report->leaving.n_databases == 0)
		return "This node replicates nothing that peers.json names: nothing to leave.\n";
	if (report->was_undone)
		return "This node was closed to clients' writes, and is open again: it has not "
		       "left.\n";
	if (report->plan.held.n_holds > 0)
		return "Nothing was written.\n";
	if (report->is_audit)
		return pool_printf(pool,
				   "Nothing was written: policy.mode is \"audit\". To let syncward "
				   "write, put in \"policy\" of peers.json:\n      %s\n",
				   remedy_text(REMEDY_MODE_ENFORCE));
	return pool_printf(
		pool, "This node has left: it replicates no more, and is read-only. %s%s\n",
		inputs->not_listed ? "Its syncward service may be disabled."
				   : "Now take its line out of peers.json on every node.",
		still_read(pool, report));
}

static void hold_lines(Buf *text, const PlanHolds *holds, const char *suffix, bool has_colour)
{
	for (size_t i = 0; i < holds->n_holds; i++)
		if (holds->holds[i].suffix == suffix)
			buf_printf(text, "%s\n",
				   colour_text(text->pool, has_colour, COLOUR_BAD,
					       pool_printf(text->pool, "  held %s: %s:\n      %s",
							   guard_code(holds->holds[i].guard),
							   holds->holds[i].text,
							   holds->holds[i].release)));
}

static const char *report_text(Pool *pool, const LeaveReport *report, const Inputs *inputs)
{
	const bool has_colour = output_has_colour();
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < report->leaving.n_databases; i++) {
		const char *suffix = report->leaving.databases[i].suffix;

		buf_printf(&text, "%s\n", colour_text(pool, has_colour, COLOUR_HEAD, suffix));
		for (size_t k = 0; k < report->plan.n_changes; k++)
			if (report->plan.changes[k].suffix == suffix)
				buf_printf(&text, "  %s\n",
					   render_change(pool, &report->plan.changes[k]));
		hold_lines(&text, &report->plan.held, suffix, has_colour);
		buf_putc(&text, '\n');
	}
	hold_lines(&text, &report->plan.held, NULL, has_colour);
	buf_puts(&text, closing(pool, report, inputs));
	return buf_text(&text);
}

static void left_tell(ApplyRecord *record, const LeaveReport *report)
{
	const EventList events = {
		&(Event){.kind = EVENT_LEFT,
			 .cause = CAUSE_HAND,
			 .text = "this node has left: it replicates no more, and is read-only"},
		1};

	if (report->has_left)
		apply_record_events(record, &events);
}

static int leave_locked(const Options *options, Context *context, unsigned timeout_sec)
{
	AUTO(Directory) *directory = NULL;
	LeaveOptions leave = {.timeout_sec = timeout_sec,
			      .despite_readers = options->despite_readers};
	LeaveReport report;
	ApplyRecord record;
	Inputs inputs;
	Error err;

	if (context_inputs(context, true, &inputs, &err) < 0 ||
	    context_connect(context, &directory, &err) < 0)
		return say_error(&err);
	for (size_t i = 0; i < inputs.state.n_notices; i++)
		say("%s", inputs.state.notices[i]);
	apply_record_begin(options->pool, "leave", context, &inputs, &record);
	record.journal.trigger = "leave";
	record.attributed.cause = CAUSE_HAND;
	if (apply_record_end_heal(&record, &inputs, directory, &err) < 0)
		return say_error(&err);
	leave.inputs = &inputs;
	leave.directory = directory;
	leave.hooks = apply_record_hooks(&record);
	leave_run(options->pool, &leave, &report);
	apply_record_end_writes(&record, report.config);
	left_tell(&record, &report);
	(void)fputs(options->output == OUTPUT_JSON ? render_json(options->pool, &report.plan)
						   : report_text(options->pool, &report, &inputs),
		    stdout);
	(void)fflush(stdout);
	if (report.has_failed)
		(void)say_error(&report.error);
	return leave_exit_status(&report);
}

static int cmd_leave(const Options *options)
{
	Context context;
	unsigned timeout_sec;
	Error err;
	AUTO_FD lock = -1;

	if (timeout_parse(options->timeout, &timeout_sec, &err) < 0 ||
	    context_read_to_write(options->pool, &options->override, &context, &err) < 0)
		return say_error(&err);
	lock = lock_take(context.paths.run_dir, context.socket.timeout_msec, &err);
	if (lock < 0)
		return say_error(&err);
	return leave_locked(options, &context, timeout_sec);
}

static const OptionRule leave_options[] = {
	OPTION_NAMED("--timeout", OPTION_TEXT, timeout, "SECONDS",
		     "how long to wait for a peer to have every change, in seconds (10)"),
	OPTION_NAMED("--despite-readers", OPTION_FLAG, despite_readers, NULL,
		     "also while others read here than peers.json has"),
};

const Command command_leave = {
	.name = "leave",
	.run = cmd_leave,
	.summary = "take this node out: no replication, read-only, once a peer has every change",
	.arguments = "",
	.exits = "0 it has left, 1 failed, 3 held: not every change is at a peer",
	.options = leave_options,
	.n_options = ARRAY_SIZE(leave_options),
};
