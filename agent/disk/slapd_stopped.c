/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/slapd_stopped.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/disk/config_folder.h"
#include "agent/disk/slapd_tool.h"
#include "agent/slapd/slapd_place.h"
#include "agent/slapd/slapd_process.h"
#include "agent/system/wait.h"
#include "common/remedies/remedies.h"
#include "common/slapd/slapd_words.h"

#define TRY_MSEC 20000

static int owner_look(Pool *pool, const char *config_dir, Owner *ret, Error *err)
{
	if (owner_find(pool, config_dir, ret) < 0)
		return owner_error(config_dir, err);
	if (geteuid() != 0 && geteuid() != ret->uid)
		return error_set(err, ERROR_DENIED, EACCES, "%s is its own alone; run this as root",
				 config_dir);
	return 0;
}

static int files_read(Pool *pool, SlapdStopped *slapd, Error *err)
{
	Error problem;

	if (owner_become(&slapd->owner, err) < 0)
		return -1;
	if (config_folder_global(pool, slapd->owner.config_dir, &slapd->global, &problem) < 0 ||
	    config_folder_read(pool, slapd->owner.config_dir, &slapd->databases, &problem) < 0)
		slapd->problem = pool_strdup(pool, problem.text);
	owner_return();
	return 0;
}

static bool process_runs(Pool *pool, const char *pid_file)
{
	return pid_file && slapd_arguments_find(pool, pid_file, NULL).n_urls > 0;
}

int slapd_stopped_find(Pool *pool, const char *config_dir, const LastSeenAll *seen,
		       SlapdStopped *ret, Error *err)
{
	const SlapdPlace place = slapd_place_stopped(pool, config_dir, seen);
	SlapdStopped slapd = {
		.program = place.program, .has_next = place.has_next, .next = place.next};

	if (!place.config_dir)
		return error_set(err, ERROR_SYSTEM, 0,
				 "where slapd keeps cn=config is not known: %s",
				 remedy_text(REMEDY_CONFIG_DIR));
	if (owner_look(pool, place.config_dir, &slapd.owner, err) < 0 ||
	    files_read(pool, &slapd, err) < 0)
		return -1;
	slapd.runs = process_runs(pool, seen->pid_file) ||
		     process_runs(pool, entry_first(&slapd.global, "olcPidFile"));
	*ret = slapd;
	return 0;
}

typedef struct Heard {
	Pool *pool;
	SlapdWords words;
} Heard;

static bool line_hear(void *userdata, const char *line)
{
	Heard *heard = userdata;

	slapd_words_take(heard->pool, &heard->words, line);
	return false;
}

bool slapd_stopped_try(Pool *pool, const SlapdStopped *slapd, const char **ret_text, Error *err)
{
	static const char *const arguments[] = {"-u", NULL};
	const SlapdTool tool = {.program = slapd->program,
				.owner = slapd->owner,
				.deadline_msec = monotonic_msec() + TRY_MSEC,
				.hears_errors = true};
	Heard heard = {.pool = pool};

	*ret_text = NULL;
	if (!slapd->program) {
		error_set(err, ERROR_SYSTEM, 0,
			  "where slapd is installed is not known, or others than root could "
			  "change what is there");
		return false;
	}
	if (slapd_tool_run(&tool, "test", arguments, NULL, line_hear, &heard, err) == 0)
		return true;
	if (err->class == ERROR_REFUSED)
		*ret_text = slapd_words_text(pool, &heard.words);
	return false;
}
