/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/slapd_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/remedies/remedies.h"

#define LINE_MAX_BYTES 4096
#define MAX_ARGUMENTS  16

/* --- the child --- */

typedef struct Child {
	pid_t pid;
	int in;  /* its standard input; -1: closed */
	int out; /* its standard output */
} Child;

static void child_exec(const SlapdTool *tool, const char *name, const char *const *arguments,
		       int in, int out)
{
	char mode[32];
	const char *words[MAX_ARGUMENTS] = {tool->program, mode, "-F", tool->owner.config_dir};
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t n = 4;

	(void)snprintf(mode, sizeof(mode), "-T%s", name);
	for (size_t i = 0; arguments[i] && n + 1 < MAX_ARGUMENTS; i++)
		words[n++] = arguments[i];
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(tool->hears_errors ? out : nothing, 2) < 0 || !owner_drop_to(&tool->owner))
		_exit(126);
	(void)setenv("LDAPNOINIT", "1", 1);
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	execv(tool->program, (char *const *)(const void *)words);
	_exit(127);
}

static int child_start(const SlapdTool *tool, const char *name, const char *const *arguments,
		       Child *ret, Error *err)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0)
		return error_set(err, ERROR_SYSTEM, errno, "no pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) < 0) {
		(void)close(in[0]);
		(void)close(in[1]);
		return error_set(err, ERROR_SYSTEM, errno, "no pipe: %s", strerror(errno));
	}
	*ret = (Child){.pid = fork(), .in = in[1], .out = out[0]};
	if (ret->pid == 0)
		child_exec(tool, name, arguments, in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	if (ret->pid > 0)
		return 0;
	(void)close(in[1]);
	(void)close(out[0]);
	return error_set(err, ERROR_SYSTEM, errno, "no process: %s", strerror(errno));
}

/* --- its output --- */

typedef struct Lines {
	char bytes[LINE_MAX_BYTES];
	size_t len;
	ToolLine *on_line;
	void *userdata;
	bool is_enough;
} Lines;

static void lines_take(Lines *lines, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n && !lines->is_enough; i++) {
		if (bytes[i] != '\n') {
			if (lines->len + 1 < sizeof(lines->bytes))
				lines->bytes[lines->len++] = bytes[i];
			continue;
		}
		lines->bytes[lines->len] = '\0';
		lines->is_enough = lines->on_line && lines->on_line(lines->userdata, lines->bytes);
		lines->len = 0;
	}
}

/* False when it did not end in time. */
static bool output_read(int out, int64_t deadline_msec, Lines *lines)
{
	char bytes[65536];

	while (!lines->is_enough) {
		struct pollfd ready = {.fd = out, .events = POLLIN};
		const int64_t left_msec = deadline_msec - monotonic_msec();
		ssize_t n;

		if (left_msec <= 0)
			return false;
		if (poll(&ready, 1, progress_piece(left_msec > 1000 ? 1000 : left_msec)) <= 0)
			continue;
		n = read(out, bytes, sizeof(bytes));
		if (n == 0)
			return true;
		if (n > 0)
			lines_take(lines, bytes, (size_t)n);
		else if (errno != EINTR)
			return true;
	}
	return true;
}

/* It runs as another user: root without power over others' processes must become that user to end
 * it. */
static void child_kill(const Child *child, const SlapdTool *tool)
{
	if (owner_become(&tool->owner, NULL) < 0)
		return;
	(void)kill(child->pid, SIGKILL);
	owner_return();
}

static int child_status(const Child *child, const SlapdTool *tool, bool must_end)
{
	int status = 0;

	/* Nothing reads its output any more: even one that could not be killed ends. */
	(void)close(child->out);
	if (must_end)
		child_kill(child, tool);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int child_judge(int status, const SlapdTool *tool, const char *name, Error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, ERROR_SYSTEM, ENOENT, "%s cannot be started", tool->program);
	return error_set(err, ERROR_REFUSED, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
			 "`%s -T%s -F %s` failed; %s", tool->program, name, tool->owner.config_dir,
			 remedy_text(REMEDY_SLAPD_TOOL));
}

int slapd_tool_run(const SlapdTool *tool, const char *name, const char *const *arguments,
		   const char *input, ToolLine *on_line, void *userdata, Error *err)
{
	Lines lines = {.on_line = on_line, .userdata = userdata};
	int status;
	bool is_late;
	Child child = {0};

	if (child_start(tool, name, arguments, &child, err) < 0)
		return -1;
	/* It fits into the pipe; a child that is gone already is seen by its status. */
	if (input)
		(void)!write(child.in, input, strlen(input));
	(void)close(child.in);
	is_late = !output_read(child.out, tool->deadline_msec, &lines);
	status = child_status(&child, tool, is_late || lines.is_enough);
	if (is_late)
		return error_set(err, ERROR_SYSTEM, ETIMEDOUT, "`%s -T%s` did not end in time",
				 tool->program, name);
	lines_take(&lines, "\n", lines.len > 0);
	return lines.is_enough ? 0 : child_judge(status, tool, name, err);
}
