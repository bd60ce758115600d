/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/pass/site.h"
#include "agent/state/status_file.h"
#include "agent/system/clock.h"
#include "agent/system/say.h"
#include "common/report/status_view.h"

static int cmd_status(const Options *options)
{
	StatusLife life = {.now_sec = clock_system.realtime_sec(NULL)};
	Context context;
	FileContent content;
	Status status;
	Error err;

	if (context_read(options->pool, &options->override, &context, &err) < 0)
		return say_error(&err);
	if (status_file_read(options->pool, context.run_dir, &content, &status, &err) < 0) {
		const int exit_status = say_error(&err);

		return err.code == ENOENT ? 1 : exit_status;
	}
	life.is_running = status_writer_runs(&status);
	(void)fputs(options->output == OUTPUT_JSON ? content.bytes
						   : status_text(options->pool, &status, &life),
		    stdout);
	return life.is_running == CLAIM_YES ? 0 : 1;
}

const Command command_status = {
	.name = "status",
	.run = cmd_status,
	.summary = "what the daemon's last pass found, per database and peer, and what is held",
	.arguments = "",
	.exits = "0 the daemon runs, 1 it does not, and what is shown is old",
};
