/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/command/commands.h"
#include "agent/command/status_wait.h"
#include "agent/options/report_print.h"
#include "agent/pass/site.h"
#include "agent/system/clock.h"
#include "agent/system/say.h"
#include "agent/system/wait.h"
#include "agent/tell/status_file.h"
#include "common/status/status_fleet.h"

#define WATCH_EVERY_MSEC 1000
#define CLEAR_SCREEN     "\033[H\033[2J"

/* Prints the status as it is now; returns the exit status. The text that was printed goes into the
 * pool. */
static int status_show(Pool *pool, const Options *options, const SitePaths *paths,
		       const char *before, const char **ret)
{
	StatusLife life = {.now_sec = clock_system.realtime_sec(NULL)};
	const bool is_json = options->output == OUTPUT_JSON;
	FileContent content;
	Status status;
	Error err;

	*ret = before;
	if (status_file_read(pool, paths->run_dir, &content, &status, &err) < 0) {
		const int exit_status = say_error(&err);

		return err.code == ENOENT ? 1 : exit_status;
	}
	life.is_running = status_writer_runs(&status);
	*ret = is_json ? content.bytes : status_text(pool, &status, &life, output_has_colour());
	if (options->is_of_all && !is_json)
		*ret = pool_printf(pool, "%s%s", *ret, fleets_text(pool, &status, life.now_sec));
	if (options->watches && isatty(STDOUT_FILENO))
		(void)printf(CLEAR_SCREEN "%s", *ret);
	else if (!before || strcmp(before, *ret) != 0)
		(void)fputs(*ret, stdout);
	return life.is_running == CLAIM_YES ? 0 : 1;
}

/* Until a signal, or the reader of the output, ends it. Without a terminal, a status is printed
 * again only when the daemon has written a new one. */
static int status_follow(const Options *options, const SitePaths *paths)
{
	Pool *pool = pool_new();
	const char *text = NULL;

	for (;;) {
		Pool *next = pool_new();
		const char *shown = NULL;

		(void)status_show(next, options, paths, text, &shown);
		if (fflush(stdout) != 0)
			break;
		text = pool_strdup(next, shown); /* if it cannot be read, the former one stays */
		pool_free(pool);
		pool = next;
		pause_msec(WATCH_EVERY_MSEC);
	}
	pool_free(pool);
	return 1;
}

static int cmd_status(const Options *options)
{
	Context context;
	const char *shown;
	int waited = 0, exit_status;
	Error err;

	if (options->watches && options->wait) {
		(void)error_set(&err, ERROR_USAGE, 0,
				"--watch never ends, and --wait does: they do not go together");
		return say_error(&err);
	}
	if (context_read(options->pool, &options->override, &context, &err) < 0)
		return say_error(&err);
	if (options->watches)
		return status_follow(options, &context.paths);
	if (options->wait && status_wait(options, &context, &waited, &err) < 0)
		return say_error(&err);
	exit_status = status_show(options->pool, options, &context.paths, NULL, &shown);
	return options->wait ? waited : exit_status;
}

static const OptionRule status_options[] = {
	OPTION_NAMED("--all", OPTION_FLAG, is_of_all, NULL,
		     "also print one line for each node, from the heartbeats that arrived here"),
	OPTION_NAMED(
		"--wait", OPTION_MAYBE, wait, "TIME",
		"wait, at most for TIME (2m), until this peers.json is in force and all is well"),
	OPTION_NAMED("--watch", OPTION_FLAG, watches, NULL,
		     "show it again and again, until Ctrl-C"),
};

const Command command_status = {
	.name = "status",
	.run = cmd_status,
	.summary = "show what the daemon's last pass found for each database and peer, and what is "
		   "held",
	.arguments = "",
	.exits = "0 the daemon runs, 1 it does not, and what is shown is old;\n"
		 "--wait: 0 all is well, 1 not in time, 3 something is held",
	.options = status_options,
	.n_options = ARRAY_SIZE(status_options),
};
