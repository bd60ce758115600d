/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/kept/daemon_fence.h"

#include <systemd/sd-id128.h>

#include "agent/slapd/slapd_process.h"
#include "agent/state/state_fence.h"

static const char *boot_id(Pool *pool)
{
	char text[SD_ID128_STRING_MAX];
	sd_id128_t id;

	return sd_id128_get_boot(&id) < 0 ? NULL : pool_strdup(pool, sd_id128_to_string(id, text));
}

int daemon_fence_note(Pool *pool, const char *state_dir, const FenceSeen *seen, Error *err)
{
	const Known *known = seen->note.known;
	const Entry *global = seen->world->live.global;
	const char *pid_file = global ? entry_first(global, "olcPidFile") : NULL;
	LastSeenAll now = {
		.node = seen->node,
		.config_dir =
			seen->config_dir ? seen->config_dir : world_config_dir(pool, seen->world),
		.program = slapd_program_find(pool, pid_file),
		.pid_file = pid_file,
		.boot = boot_id(pool),
	};

	fence_note_databases(pool, &seen->note, &now);
	return last_seen_equal(&now, &known->seen) ? 0
						   : state_write_last_seen(state_dir, &now, err);
}
