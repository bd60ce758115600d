/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/pass/site.h"
#include "agent/state/status_file.h"
#include "agent/system/clock.h"
#include "common/report/status_view.h"

/* Monitoring systems show standard output only, and know four exit statuses: errors go that way,
 * too. */
static CheckResult check(const Options *options)
{
	StatusLife life = {.now_sec = clock_system.realtime_sec(NULL)};
	Context context;
	Status status;
	Error err;

	if (context_read(options->pool, &options->override, &context, &err) < 0)
		return status_check_failed(options->pool, CHECK_UNKNOWN, err.text);
	if (status_file_read(options->pool, context.run_dir, NULL, &status, &err) < 0)
		return status_check_failed(options->pool,
					   err.code == ENOENT ? CHECK_CRITICAL : CHECK_UNKNOWN,
					   err.text);
	life.is_running = status_writer_runs(&status);
	return status_check(options->pool, &status, &life);
}

static int cmd_check(const Options *options)
{
	const CheckResult result = check(options);

	(void)puts(result.line);
	return (int)result.level;
}

const Command command_check = {
	.name = "check",
	.run = cmd_check,
	.summary = "one line for a monitoring system, from the daemon's last pass",
	.arguments = "",
	.exits = "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN",
};
