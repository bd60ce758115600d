/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/slapd_process.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/system/fd.h"
#include "common/slapd/layouts.h"
#include "common/slapd/unit_file.h"

#define ARGUMENTS_MAX_BYTES 65536

/* Reads what the file holds, at most size bytes; -1 when it cannot be read. These files belong to
 * slapd's user: nothing but the listeners is taken from them. */
static ssize_t bytes_read(const char *path, char *bytes, size_t size)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -1;
	while (len < size && (n = read(fd, bytes + len, size - len)) > 0)
		len += (size_t)n;
	return n < 0 ? -1 : (ssize_t)len;
}

static const char **words_in(Pool *pool, const char *path, const char *separators, size_t *ret_n)
{
	char *bytes = pool_alloc(pool, ARGUMENTS_MAX_BYTES);
	const ssize_t len = bytes_read(path, bytes, ARGUMENTS_MAX_BYTES);

	*ret_n = 0;
	return len > 0 ? text_split(pool, bytes, (size_t)len, separators, ret_n) : NULL;
}

static SlapdArguments listeners_in(Pool *pool, const char *path, const char *separators)
{
	size_t n_arguments;
	const char **arguments = words_in(pool, path, separators, &n_arguments);

	return slapd_arguments_parse(pool, arguments, n_arguments);
}

const char *slapd_program_find(Pool *pool, const char *pid_file)
{
	const char *text = pid_file ? text_read(pool, pid_file) : NULL;
	const char **words;
	size_t n_words;

	if (!text || atol(text) <= 0)
		return NULL;
	words = words_in(pool, pool_printf(pool, "/proc/%ld/cmdline", atol(text)), "", &n_words);
	return slapd_arguments_program(words, n_words);
}

/* Whether we may execute it is another question: the daemon may not, where SELinux confines it. */
const char **slapd_programs_installed(Pool *pool, size_t *ret_n)
{
	const char **found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++) {
		const char *program = slapd_layouts[i].program;
		bool is_new = access(program, F_OK) == 0;

		for (size_t k = 0; k < n; k++)
			is_new = is_new && strcmp(found[k], program) != 0;
		if (is_new)
			POOL_PUSH(pool, found, n, program);
	}
	*ret_n = n;
	return found;
}

const char *slapd_program_installed(Pool *pool)
{
	size_t n;
	const char **found = slapd_programs_installed(pool, &n);

	return n == 1 ? found[0] : NULL;
}

SlapdArguments slapd_arguments_find(Pool *pool, const char *pid_file, const char *args_file)
{
	char text[32] = "";
	SlapdArguments listeners = {0};

	if (pid_file && bytes_read(pid_file, text, sizeof(text) - 1) > 0 && atol(text) > 0)
		listeners =
			listeners_in(pool, pool_printf(pool, "/proc/%ld/cmdline", atol(text)), "");
	if (listeners.n_urls == 0 && args_file)
		listeners = listeners_in(pool, args_file, " \n");
	return listeners;
}

const char *text_read(Pool *pool, const char *path)
{
	AUTO(Pool) *scratch = pool_new();
	char *bytes = pool_alloc(scratch, ARGUMENTS_MAX_BYTES);
	const ssize_t len = bytes_read(path, bytes, ARGUMENTS_MAX_BYTES);

	return len >= 0 && len < ARGUMENTS_MAX_BYTES ? pool_copy(pool, bytes, (size_t)len) : NULL;
}

/* A file of /proc about the process that olcPidFile names. */
static const char *process_text(Pool *pool, const char *pid_file, const char *name)
{
	const char *text = pid_file ? text_read(pool, pid_file) : NULL;

	if (!text || atol(text) <= 0)
		return NULL;
	return text_read(pool, pool_printf(pool, "/proc/%ld/%s", atol(text), name));
}

const char *slapd_unit_find(Pool *pool, const char *pid_file)
{
	const char *text = process_text(pool, pid_file, "cgroup");

	return text ? cgroup_unit(pool, text) : NULL;
}

const char *slapd_context_find(Pool *pool, const char *pid_file)
{
	return process_text(pool, pid_file, "attr/current");
}

/* What follows the name in a line of /proc/PID/status; NULL when there is no such line. */
static const char *status_line(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	return line ? line + strlen(name) : NULL;
}

/* Second of real, effective, saved and file system ID. */
static unsigned long effective_id(const char *line)
{
	char *rest;

	(void)strtoul(line, &rest, 10);
	return strtoul(rest, NULL, 10);
}

static void read_groups(Pool *pool, const char *line, SlapdUser *user)
{
	const char *end = line + strcspn(line, "\n");
	char *rest;

	for (;; line = rest) {
		const gid_t group = (gid_t)strtoul(line, &rest, 10);

		if (rest == line || rest > end)
			return;
		POOL_PUSH(pool, user->groups, user->n_groups, group);
	}
}

bool slapd_user_find(Pool *pool, const char *pid_file, SlapdUser *ret)
{
	char pid[32] = "", *status = pool_alloc(pool, ARGUMENTS_MAX_BYTES);
	SlapdUser user = {0};
	const char *uid, *gid, *groups;

	if (!pid_file || bytes_read(pid_file, pid, sizeof(pid) - 1) <= 0 || atol(pid) <= 0 ||
	    bytes_read(pool_printf(pool, "/proc/%ld/status", atol(pid)), status,
		       ARGUMENTS_MAX_BYTES - 1) <= 0)
		return false;
	uid = status_line(status, "\nUid:");
	gid = status_line(status, "\nGid:");
	groups = status_line(status, "\nGroups:");
	if (!uid || !gid || !groups)
		return false;
	user.uid = (uid_t)effective_id(uid);
	user.gid = (gid_t)effective_id(gid);
	read_groups(pool, groups, &user);
	*ret = user;
	return true;
}
