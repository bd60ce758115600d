/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command/commands.h"
#include "agent/daemon/loop.h"
#include "agent/system/say.h"

static int cmd_run(const Options *options)
{
	AUTO(Daemon) *daemon = NULL;
	Error err;

	if (daemon_new(&options->override, &clock_system, &daemon, &err) < 0 ||
	    loop_run(daemon, &err) < 0)
		return say_error(&err);
	return 0;
}

const Command command_run = {
	.name = "run",
	.run = cmd_run,
	.summary = "run the daemon, which keeps this node's slapd in step with peers.json",
	.arguments = "",
	.exits = "0 stopped by SIGTERM or SIGINT, 75 another daemon runs, 78 agent.json is wrong",
};
