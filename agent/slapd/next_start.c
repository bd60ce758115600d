/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/next_start.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/slapd/slapd_process.h"
#include "common/slapd/layouts.h"
#include "common/slapd/shell_settings.h"
#include "common/slapd/unit_file.h"

/* systemd.unit(5), from what wins to what loses. */
static const char *const unit_folders[] = {
	"/etc/systemd/system.control",  "/run/systemd/system.control",   "/run/systemd/transient",
	"/run/systemd/generator.early", "/etc/systemd/system",           "/run/systemd/system",
	"/run/systemd/generator",       "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system",          "/run/systemd/generator.late",
};

typedef struct DropIn {
	const char *name;
	const char *path;
} DropIn;

static int drop_in_compare(const void *one, const void *other)
{
	return strcmp(((const DropIn *)one)->name, ((const DropIn *)other)->name);
}

static bool drop_in_is_known(const DropIn *drop_ins, size_t n_drop_ins, const char *name)
{
	for (size_t i = 0; i < n_drop_ins; i++)
		if (strcmp(drop_ins[i].name, name) == 0)
			return true;
	return false;
}

/* By name; of two with one name that of the folder that wins. */
static DropIn *drop_ins_find(Pool *pool, const char *unit, size_t *ret_n)
{
	DropIn *drop_ins = NULL;
	size_t n_drop_ins = 0;

	for (size_t i = 0; i < ARRAY_SIZE(unit_folders); i++) {
		const char *path = pool_printf(pool, "%s/%s.d", unit_folders[i], unit);
		DIR *folder = opendir(path);
		const struct dirent *entry;

		while (folder && (entry = readdir(folder))) {
			const char *dot = strrchr(entry->d_name, '.');
			DropIn drop_in = {pool_strdup(pool, entry->d_name),
					  pool_printf(pool, "%s/%s", path, entry->d_name)};

			if (dot && strcmp(dot, ".conf") == 0 &&
			    !drop_in_is_known(drop_ins, n_drop_ins, drop_in.name))
				POOL_PUSH(pool, drop_ins, n_drop_ins, drop_in);
		}
		if (folder)
			(void)closedir(folder);
	}
	if (n_drop_ins > 1)
		qsort(drop_ins, n_drop_ins, sizeof(*drop_ins), drop_in_compare);
	*ret_n = n_drop_ins;
	return drop_ins;
}

/* The unit's text; NULL when there is none. */
static const char *unit_text(Pool *pool, const char *unit, const char **ret_path)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_folders); i++) {
		const char *path = pool_printf(pool, "%s/%s", unit_folders[i], unit);
		const char *text = text_read(pool, path);

		*ret_path = path;
		if (text)
			return text;
	}
	return NULL;
}

static const char *last_command(const UnitStart *start)
{
	return start->n_commands > 0 ? start->commands[start->n_commands - 1] : NULL;
}

static bool unit_load(Pool *pool, const char *unit, UnitStart *ret, const char **ret_path)
{
	const char *text = unit_text(pool, unit, ret_path);
	UnitStart start = {0};
	size_t n_drop_ins;
	const DropIn *drop_ins = drop_ins_find(pool, unit, &n_drop_ins);

	if (!text)
		return false;
	unit_read(pool, text, &start);
	for (size_t i = 0; i < n_drop_ins; i++) {
		const char *before = last_command(&start);

		text = text_read(pool, drop_ins[i].path);
		if (!text)
			return false;
		unit_read(pool, text, &start);
		if (last_command(&start) != before)
			*ret_path = drop_ins[i].path;
	}
	*ret = start;
	return true;
}

/* A file that must be there and is not stops the start: not known then. */
static bool files_load(Pool *pool, const UnitStart *start, Environment *environment)
{
	for (size_t i = 0; i < start->n_files; i++) {
		const bool may_miss = start->files[i][0] == '-';
		const char *text = text_read(pool, start->files[i] + may_miss);

		if (text ? !environment_read(pool, text, environment) : !may_miss)
			return false;
	}
	return true;
}

/* A starter takes a file where a folder may stand. */
static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What a script starts that the unit runs. */
static bool starter_next(Pool *pool, const SlapdStarter *starter, NextStart *next)
{
	const char *text = text_read(pool, starter->settings);
	SlapdArguments *arguments = &next->arguments;

	next->source = starter->settings;
	next->program = slapd_starter_program(starter);
	if (!text || !starter_arguments(pool, starter, text, arguments))
		return false;
	if (arguments->config_dir && !is_folder(arguments->config_dir)) {
		arguments->config_file = arguments->config_dir;
		arguments->config_dir = NULL;
	}
	return true;
}

static bool unit_next(Pool *pool, const char *unit, NextStart *ret)
{
	const SlapdStarter *starter;
	NextStart next = {0};
	const char **words;
	size_t n_words;
	UnitStart start;

	if (!unit_load(pool, unit, &start, &next.source) ||
	    !files_load(pool, &start, &start.environment) ||
	    !unit_arguments(pool, &start, &start.environment, &words, &n_words))
		return false;
	next.program = slapd_arguments_program(words, n_words);
	next.arguments = slapd_arguments_parse(pool, words, n_words);
	starter = slapd_starter_find(words[0]);
	if (starter && !starter_next(pool, starter, &next))
		return false;
	if (next.arguments.n_urls == 0)
		return false;
	*ret = next;
	return true;
}

bool next_start_find(Pool *pool, const char *pid_file, NextStart *ret)
{
	const char *unit = slapd_unit_find(pool, pid_file);

	return unit && unit_next(pool, unit, ret);
}

/* True for a unit that was looked at before. */
static bool is_known_unit(size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(slapd_layouts[i].unit, slapd_layouts[at].unit) == 0)
			return true;
	return false;
}

bool next_start_installed(Pool *pool, const char *program, NextStart *ret)
{
	size_t n_found = 0;
	NextStart next;

	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++) {
		if (is_known_unit(i) || !unit_next(pool, slapd_layouts[i].unit, &next))
			continue;
		if (program && next.program && strcmp(program, next.program) != 0)
			continue;
		*ret = next;
		n_found++;
	}
	return n_found == 1;
}
