/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/slapd_place.h"

#include <string.h>
#include <unistd.h>

#include "agent/slapd/slapd_process.h"
#include "common/slapd/layouts.h"

static const char *whole_path(const char *path)
{
	return path && path[0] == '/' ? path : NULL;
}

/* The folder that this program takes without -F; NULL where several may be meant. */
static const char *own_folder(const char *program)
{
	const char *found = NULL;

	for (size_t i = 0; program && i < SLAPD_LAYOUT_COUNT; i++) {
		const SlapdLayout *layout = &slapd_layouts[i];

		if (strcmp(layout->program, program) != 0 || access(layout->config_dir, F_OK) < 0)
			continue;
		if (found)
			return NULL;
		found = layout->config_dir;
	}
	return found;
}

const char *slapd_config_dir(Pool *pool, const ConfigPlaces *places)
{
	const SlapdArguments arguments =
		slapd_arguments_find(pool, places->pid_file, places->args_file);
	const char *folder = whole_path(arguments.config_dir);
	NextStart next;

	if (folder)
		return folder;
	if (arguments.n_urls > 0 && !arguments.config_dir) {
		if (arguments.config_file)
			return NULL;
		folder = own_folder(slapd_program_find(pool, places->pid_file));
	} else if (arguments.n_urls == 0 && next_start_installed(pool, NULL, &next)) {
		folder = whole_path(next.arguments.config_dir);
	}
	return folder ? folder : places->config_dir;
}

/* A unit may be there that starts another slapd than the one that was seen. */
static bool starts_the_seen_one(const NextStart *next, const LastSeenAll *seen)
{
	if (!seen->config_dir)
		return true;
	return seen->program && next->program && strcmp(seen->program, next->program) == 0;
}

SlapdPlace slapd_place_stopped(Pool *pool, const char *config_dir, const LastSeenAll *seen)
{
	SlapdPlace place = {.config_dir = config_dir};

	place.has_next = next_start_installed(pool, seen->program, &place.next);
	place.program = slapd_program_installed(pool, seen->program    ? seen->program
						      : place.has_next ? place.next.program
								       : NULL);
	if (!place.config_dir && place.has_next && starts_the_seen_one(&place.next, seen))
		place.config_dir = whole_path(place.next.arguments.config_dir);
	if (!place.config_dir)
		place.config_dir = seen->config_dir;
	if (!place.config_dir && !(place.has_next && place.next.arguments.config_file))
		place.config_dir = own_folder(place.program);
	return place;
}
