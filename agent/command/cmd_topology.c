/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/input/peers_file.h"
#include "agent/input/settings_file.h"
#include "agent/options/report_print.h"
#include "agent/system/say.h"
#include "common/topology/links_show.h"

static int cmd_topology(const Options *options)
{
	AgentSettings settings;
	PeersFile file;
	Error err = {0};
	const char *text;

	if (settings_read(options->pool, &options->override, &settings, &err) < 0 ||
	    peers_file_read(options->pool, options->file ? options->file : settings.peers_file,
			    &file, &err) < 0)
		return say_error(&err);
	switch (options->output) {
	case OUTPUT_JSON:
		text = links_show_json(options->pool, file.desired);
		break;
	case OUTPUT_DOT:
		text = links_show_dot(options->pool, file.desired);
		break;
	default:
		text = links_show_text(options->pool, file.desired, output_has_colour());
	}
	(void)fputs(text, stdout);
	return 0;
}

const Command command_topology = {
	.name = "topology",
	.run = cmd_topology,
	.summary = "show who reads whom according to peers.json; needs no server",
	.arguments = "[FILE]",
	.exits = "0 it was shown, 78 the file is not good",
	.takes_file = true,
};
