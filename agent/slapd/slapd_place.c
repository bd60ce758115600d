/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/slapd_place.h"

#include <string.h>
#include <unistd.h>

#include "agent/files/trusted_path.h"
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

/* The folder of slapd's: the one that was seen goes before the unit, which may be that of another
 * slapd of the same program. */
static const char *stopped_folder(const SlapdPlace *place, const LastSeenAll *seen)
{
	const SlapdArguments *arguments = &place->next.arguments;
	const char *folder = seen->config_dir;

	if (!folder && place->has_next)
		folder = whole_path(arguments->config_dir);
	if (!folder && !(place->has_next && arguments->config_file))
		folder = own_folder(place->program);
	return folder;
}

SlapdPlace slapd_place_stopped(Pool *pool, const char *config_dir, const LastSeenAll *seen)
{
	SlapdPlace place = {.config_dir = config_dir, .program = seen->program};

	place.has_next = next_start_installed(pool, seen->program, &place.next);
	if (!place.program && place.has_next)
		place.program = place.next.program;
	if (!place.program)
		place.program = slapd_program_installed(pool);
	if (!place.config_dir)
		place.config_dir = stopped_folder(&place, seen);
	/* slapd's user says which process was seen, and may have named any. */
	if (seen->program)
		place.program = trusted_program(pool, seen->program);
	return place;
}
