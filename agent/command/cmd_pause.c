/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/files/lock.h"
#include "agent/pass/site.h"
#include "agent/state/state_fence.h"
#include "agent/system/clock.h"
#include "agent/system/fd.h"
#include "agent/system/login.h"
#include "agent/system/say.h"
#include "agent/tell/history.h"
#include "common/remedies/remedies.h"

/* What it does, and how that is reported. */
typedef struct PauseOrder {
	Pause pause;
	bool ends_contests; /* and what lasts until a person looked into it */
	EventKind kind;
	Operator operator;
	const char *text;
} PauseOrder;

static void order_tell(const PauseOrder *order, const SitePaths *paths)
{
	Event event = {.kind = order->kind, .cause = CAUSE_HAND, .text = order->text};
	const JournalContext journal = {.trigger = order->operator.command,
					.operator= order->operator};
	const HistoryWriter writer = {.state_dir = paths->state_dir,
				      .now_sec = order->pause.since_sec,
				      .context = &journal,
				      .has_lock = true};
	const EventList events = {&event, 1};
	Error err;

	(void)journal_send(&journal, &event);
	if (history_append(&writer, &events, &err) < 0)
		say("%s", err.text);
}

/* Whoever resumes has looked into it; what cannot be read is put aside by the daemon's next pass.
 */
static void unclosed_end(Pool *pool, const char *state_dir)
{
	StateRead state;
	Error err;

	if (state_read(pool, state_dir, false, &state, &err) < 0 ||
	    (fence_doubts_end(&state.known.fence) &&
	     state_write_fence(state_dir, &state.known.fence, &err) < 0))
		say("%s", err.text);
}

/* Under the lock: when the command ends, no write of the daemon is on its way. */
static int order_carry_out(const Options *options, const PauseOrder *order)
{
	const Pause *pause = &order->pause;
	AUTO_FD lock = -1;
	Context context;
	Error err;

	if (context_read(options->pool, &options->override, &context, &err) < 0)
		return say_error(&err);
	lock = lock_take(context.paths.run_dir, context.socket.timeout_msec, &err);
	if (lock < 0 ||
	    (order->ends_contests &&
	     state_write_contests(context.paths.state_dir, &(ContestList){0}, &err) < 0) ||
	    state_write_pause(context.paths.state_dir, pause, &err) < 0)
		return say_error(&err);
	if (order->ends_contests)
		unclosed_end(options->pool, context.paths.state_dir);
	order_tell(order, &context.paths);
	return 0;
}

static int cmd_pause(const Options *options)
{
	PauseOrder order = {.kind = EVENT_PAUSED,
			    .operator= login_operator(options->pool, "pause")};
	Error err;
	int status;

	if (pause_make(options->file, options->duration, clock_system.realtime_sec(NULL),
		       &order.pause, &err) < 0)
		return say_error(&err);
	order.pause.by = operator_text(options->pool, &order.operator);
	order.text = pause_text(options->pool, &order.pause);
	status = order_carry_out(options, &order);
	if (status == 0)
		(void)printf("%s\nIt ends by itself, or with `%s`.\n", order.text,
			     remedy_text(REMEDY_RESUME));
	return status;
}

/* A pause that is over: the daemon sees the file change, whatever it was waiting for. */
static int cmd_resume(const Options *options)
{
	const int64_t now_sec = clock_system.realtime_sec(NULL);
	PauseOrder order = {.kind = EVENT_RESUMED,
			    .ends_contests = true,
			    .operator= login_operator(options->pool, "resume"),
			    .text = "corrections are made again, and what was given up is tried "
				    "again"};
	int status;

	order.pause = (Pause){
		.reason = "resumed",
		.by = operator_text(options->pool, &order.operator),
		.since_sec = now_sec,
		.until_sec = now_sec,
	};
	status = order_carry_out(options, &order);

	if (status == 0)
		(void)puts("Corrections are made again.");
	return status;
}

static const OptionRule pause_options[] = {
	OPTION_NAMED("--for", OPTION_TEXT, duration, "TIME",
		     "how long, at most 7d: 90s, 30m, 2h, 1d"),
};

const Command command_pause = {
	.name = "pause",
	.run = cmd_pause,
	.summary = "stop the daemon from writing for a while; it still looks and reports",
	.arguments = "REASON",
	.exits = "0, 75 another writer is at work",
	.options = pause_options,
	.n_options = ARRAY_SIZE(pause_options),
	.takes_file = true,
};

const Command command_resume = {
	.name = "resume",
	.run = cmd_resume,
	.summary = "end a pause, and let the daemon try again what it gave up",
	.arguments = "",
	.exits = "0, 75 another writer is at work",
};
