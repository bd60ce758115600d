/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/fence/fence_run.h"
#include "agent/options/timeout.h"
#include "agent/system/say.h"
#include "agent/tell/journal.h"

#define TIMEOUT_DEFAULT "60"

static int failed(const Error *err)
{
	AUTO(Pool) *pool = pool_new();

	journal_tell(&(JournalContext){.trigger = "fence"},
		     &(Event){.kind = EVENT_FENCE_UNKNOWN,
			      .text = pool_printf(pool,
						  "whether the databases are those that were here "
						  "cannot be told, and they stay as they are: %s",
						  err->text)});
	return say_error(err);
}

static int cmd_fence(const Options *options)
{
	FenceOptions asked = {.program = options->slapd_program,
			      .is_after_stop = options->is_after_stop};
	FenceReport report;
	Context context;
	Error err;

	if (timeout_parse(options->timeout ? options->timeout : TIMEOUT_DEFAULT, &asked.timeout_sec,
			  &err) < 0)
		return say_error(&err);
	if (context_read(options->pool, &options->override, &context, &err) < 0 ||
	    fence_run(options->pool, &context, &asked, &report, &err) < 0)
		return failed(&err);
	if (report.notice)
		(void)puts(report.notice);
	for (size_t i = 0; i < report.n_items; i++)
		(void)printf("%s: %s: %s\n", report.items[i].suffix,
			     fence_verdict_name(report.items[i].verdict), report.items[i].text);
	return fence_exit_status(&report);
}

static const OptionRule fence_options[] = {
	OPTION_NAMED("--after-stop", OPTION_FLAG, is_after_stop, NULL,
		     "slapd has just ended: only record the state of its files"),
	OPTION_NAMED("--slapd", OPTION_TEXT, slapd_program, "FILE",
		     "path of slapd (the one that ran, or else where packages install it)"),
	OPTION_NAMED("--timeout", OPTION_TEXT, timeout, "SECONDS",
		     "how long reading a database may take, in seconds (60)"),
};

const Command command_fence = {
	.name = "fence",
	.run = cmd_fence,
	.summary = "before slapd starts: close a database that is older than it was",
	.arguments = "",
	.exits = "0 all right, 3 a database is closed, 1 not known",
	.options = fence_options,
	.n_options = ARRAY_SIZE(fence_options),
};
